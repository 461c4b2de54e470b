#include "dynajob/evaluation/pretrained_agents.h"

namespace dynajob {

Result<PretrainedAgent> PretrainedAgents::Get(const std::string& identity, uint64_t seed,
                                              const Train& train) {
  if (!shared_.contains(identity)) return train();
  std::shared_ptr<Entry> entry;
  {
    const std::scoped_lock lock(mutex_);
    std::shared_ptr<Entry>& slot = entries_[{seed, identity}];
    if (slot == nullptr) slot = std::make_shared<Entry>();
    entry = slot;
  }
  const std::scoped_lock lock(entry->mutex);
  if (!entry->trained) {
    DYNAJOB_ASSIGN_OR_RETURN(entry->agent, train());
    entry->trained = true;
  }
  return entry->agent;
}

void PretrainedAgents::Forget(uint64_t seed) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [seed](const auto& entry) { return entry.first.first == seed; });
}

}  // namespace dynajob
