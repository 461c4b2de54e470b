// Models, health, metrics and the description of the API.
#include <fmt/format.h>

#include "dynajob/core/time.h"
#include "dynajob/serve/http_api.h"

#include "api.h"

namespace dynajob {

Reply ListModels(Service& service, const Call&) {
  using Models = std::vector<ModelSummary>;
  const Result<Models> stored =
      service.Read<Models>([](Store& store) { return store.ListModels(); });
  if (!stored.ok()) return FromError(stored.error());
  const std::shared_ptr<const Snapshot> snapshot = service.snapshots().Current();
  const std::string active = snapshot->policy ? snapshot->policy->name : "";
  Json models = Json::array();
  const auto add = [&](const std::string& id, Json created, Json bytes) {
    const bool is_active = id == active;
    models.push_back({{"id", id},
                      {"active", is_active},
                      {"version", is_active ? Json(snapshot->version()) : Json(nullptr)},
                      {"created", std::move(created)},
                      {"bytes", std::move(bytes)}});
  };
  bool has_own = service.parts().model_name.empty();
  for (const ModelSummary& model : *stored) {
    add(model.name, FormatIso8601(model.created_ms), model.bytes);
    has_own = has_own || model.name == service.parts().model_name;
  }
  if (!has_own) add(service.parts().model_name, nullptr, nullptr);
  return JsonResponse({{"models", models}});
}

Reply ActivateModel(Service& service, const Call& call) {
  const std::string& name = call.path.front();
  const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kBulk, call.deadline);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  Result<std::shared_ptr<const Policy>> policy = service.LoadPolicy(name);
  const auto count = [&](const char* outcome) {
    service.metrics().Count("dynajob_model_activations_total", {{"outcome", outcome}});
  };
  if (!policy.ok()) {
    count("failed");
    service.Log(fmt::format("model '{}': {}", name, policy.error().message));
    if (policy.error().code == ErrorCode::kInvalidArgument)
      return Problem{.kind = kConflicting,
                     .detail =
                         "the model was made for other fields or another embedder than the "
                         "catalog's; the server's log says which"};
    return FromError(policy.error());
  }
  if (const Status activated = service.Activate(*policy); !activated.ok()) {
    count("failed");
    service.Log(activated.error().message);
    return FromError(activated.error());
  }
  count("activated");
  service.Log(fmt::format("model '{}' ranks now ({})", name, (*policy)->version));
  return JsonResponse({{"id", name}, {"version", (*policy)->version}});
}

Reply Live(Service&, const Call&) { return JsonResponse({{"status", "live"}}); }

Reply Ready(Service& service, const Call&) {
  const std::shared_ptr<const Snapshot> snapshot = service.snapshots().Current();
  const bool store = service.writer().store_available();
  const bool draining = service.draining();
  return JsonResponse({{"status", draining ? "draining"
                                  : store  ? "ready"
                                           : "degraded"},
                       {"model_version", snapshot->version()},
                       {"jobs", snapshot->jobs->size()},
                       {"candidates", service.market().candidate_count()},
                       {"store_available", store},
                       {"spooled_responses", service.writer().spooled()}},
                      draining ? 503 : 200);
}

Reply ReadMetrics(Service& service, const Call&) {
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = service.metrics().ToText();
  return response;
}

Reply ReadOpenApi(Service& service, const Call&) {
  HttpResponse response;
  response.body = OpenApiJson(service.parts().version);
  return response;
}

}  // namespace dynajob
