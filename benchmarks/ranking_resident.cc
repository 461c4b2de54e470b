// Start-up and memory of ranking from a mapped table of jobs (stores/job_table.h).
//
//   ranking_resident make STORE f32|f16           loads the store and writes its table
//   ranking_resident rank STORE f32|f16 MODEL ID  as `recommend` does from the second start on
//   ranking_resident table FILE JOBS f32|f16      a table of random jobs, 4 x 384
//   ranking_resident hold FILE                    ranks from such a table, and prints the resident
//                                                 bytes beside those of the vectors
//
// `rank` and `hold` print the wall-clock and processor time since the process began.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/rng.h"
#include "dynajob/retrieval/table_jobs.h"
#include "dynajob/stores/open_store.h"
#include "dynajob/stores/ranking_store.h"

namespace dynajob {
namespace {

template <typename T>
T Need(Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << result.error().message << '\n';
  std::exit(1);
}
void Need(const Status& status) {
  if (status.ok()) return;
  std::cerr << status.error().message << '\n';
  std::exit(1);
}

double Clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Of this process, from the moment that the system made it.
void PrintTimes() {
  std::ifstream file("/proc/self/stat");
  std::string word;
  for (int field = 1; field <= 22; ++field) file >> word;
  const double began = std::stod(word) / static_cast<double>(sysconf(_SC_CLK_TCK));
  fmt::print("since the start: {:.0f} ms wall clock (to 10), {:.0f} ms of processor time\n",
             1e3 * (Clock(CLOCK_BOOTTIME) - began), 1e3 * Clock(CLOCK_PROCESS_CPUTIME_ID));
}

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

CatalogCacheOptions Options(const std::string& precision) {
  return {.precision = precision == "f16" ? CatalogCache::kFloat16 : CatalogCache::kFloat32,
          .minimum_jobs = 1};
}

Catalog FieldsOf(const JobTable& table, Candidate person, std::vector<float> state) {
  Catalog::Data data;
  data.candidates = {std::move(person)};
  data.states = Matrix(1, state.size());
  std::ranges::copy(state, data.states.data());
  data.actions = Matrix(0, table.action_dim());
  data.state_fields.assign(table.state_fields().begin(), table.state_fields().end());
  data.action_fields.assign(table.action_fields().begin(), table.action_fields().end());
  data.embedder = table.embedder();
  return Need(Catalog::Create(std::move(data)));
}

void Make(const std::string& store, const std::string& precision) {
  Need(OpenStore(store, OpenMode::kReadWrite));  // migrates
  const auto stamp = RankingStore::StampOf(store);
  const Catalog catalog = Need(Need(OpenStore(store, OpenMode::kReadOnly))->LoadCatalog({}));
  const bool made =
      Need(RankingStore::Save(store, {}, Options(precision), catalog, stamp.value_or("")));
  fmt::print("{} jobs, table {}\n", catalog.job_count(), made ? "written" : "not written");
  PrintTimes();
}

void Rank(const std::string& path, const std::string& precision, const std::string& directory,
          const std::string& id) {
  const auto store = RankingStore::Open(path, {}, Options(precision));
  if (store == nullptr) Need(Status(NotFound("there is no table of this store")));
  const auto person = Need(store->FindCandidate(id));
  if (!person) Need(Status(NotFound("there is no such candidate")));
  const Catalog fields = FieldsOf(*store->jobs(), person->record, person->state);
  const Model model = Need(Model::Load(directory, fields));
  const TableJobs jobs(model.q_network(), {person->state, &person->record}, store->jobs(), 0);
  const TopJobs top = Need(RankTop(jobs, 10, {}));
  for (const ScoredJob& job : top.best)
    fmt::print("{:.4f} {}\n", job.value, Need(store->JobAt(jobs.RowAt(job.position))).title);
  fmt::print("{} of {} jobs scored by the network\n", top.scored, jobs.size());
  PrintTimes();
}

void MakeTable(const std::string& file, size_t count, const std::string& precision) {
  constexpr size_t kField = 384;
  Rng rng(1);
  Catalog::Data data;
  data.embedder = "random";
  data.state_fields = {{"hard", 0, kField}, {"soft", kField, kField}};
  for (const char* name : {"title", "tech", "soft", "experience"})
    data.action_fields.push_back({name, data.action_fields.size() * kField, kField});
  data.states = Matrix(0, 2 * kField);
  data.actions = Matrix(count, 4 * kField);
  for (size_t i = 0; i < count; ++i) {
    data.jobs.emplace_back().id = fmt::format("job-{:07}", i);
    for (float& value : data.actions.Row(i)) value = static_cast<float>(rng.Uniform(-0.09, 0.09));
  }
  const Catalog catalog = Need(Catalog::Create(std::move(data)));
  Need(JobTable::Write(file, catalog,
                       precision == "f16" ? TablePrecision::kFloat16 : TablePrecision::kFloat32,
                       "random"));
}

void Hold(const std::string& file) {
  const auto table = Need(JobTable::Map(file, "random"));
  const Catalog fields = FieldsOf(*table, Candidate(), std::vector<float>(768, 0.05f));
  const NetworkOptions options;
  const PairEncoder encoder = Need(PairEncoder::Create(fields, options));
  const PairNetwork network(encoder, options.q_layers, options, OptimizerKind::kAdam, 1);
  const TableJobs jobs(network, encoder.CandidateAt(0), table, 0);
  double begin = Clock(CLOCK_PROCESS_CPUTIME_ID);
  Need(RankTop(jobs, 10, {}));
  fmt::print("shortlist: {:.0f} ms\n", 1e3 * (Clock(CLOCK_PROCESS_CPUTIME_ID) - begin));
  begin = Clock(CLOCK_PROCESS_CPUTIME_ID);
  Need(RankTop(jobs, 10, {}));
  fmt::print("again: {:.0f} ms\n", 1e3 * (Clock(CLOCK_PROCESS_CPUTIME_ID) - begin));
  const double vectors =
      static_cast<double>(table->job_count() * table->action_dim()) * (table->is_narrow() ? 2 : 4);
  fmt::print("{} jobs: {:.3f} GB resident, vectors {:.3f} GB, ratio {:.3f}\n", table->job_count(),
             ResidentBytes() / 1e9, vectors / 1e9, ResidentBytes() / vectors);
  PrintTimes();
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "make") {
    dynajob::Make(words[1], words[2]);
  } else if (words.size() == 5 && words[0] == "rank") {
    dynajob::Rank(words[1], words[2], words[3], words[4]);
  } else if (words.size() == 4 && words[0] == "table") {
    dynajob::MakeTable(words[1], std::stoul(words[2]), words[3]);
  } else if (words.size() == 2 && words[0] == "hold") {
    dynajob::Hold(words[1]);
  } else {
    std::cerr << "see the head of benchmarks/ranking_resident.cc\n";
    return 2;
  }
  return 0;
}
