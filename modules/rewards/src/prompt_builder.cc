#include "dynajob/rewards/prompt_builder.h"

#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/file.h"
#include "dynajob/rewards/untrusted_text.h"

namespace dynajob {
namespace {

constexpr size_t kMaxShortChars = 200;  // titles, names, places
constexpr size_t kMaxListChars = 600;   // skills

// Of one flat JSON object in one line.
class RecordWriter {
 public:
  void Text(std::string_view name, std::string_view text, size_t max_chars) {
    const std::string plain = PlainText(text, max_chars);
    if (plain.empty()) return;
    Name(name);
    AppendJsonString(json_, plain);
  }

  void List(std::string_view name, const std::vector<std::string>& items) {
    std::string joined;
    for (const std::string& item : items) {
      if (joined.size() > 8 * kMaxListChars) break;  // beyond what is kept
      if (!joined.empty()) joined += ", ";
      joined += PlainText(item, kMaxShortChars);
    }
    Text(name, joined, kMaxListChars);
  }

  void Amount(std::string_view name, double amount) {
    Name(name);
    json_ += fmt::format("{:.0f}", amount);
  }

  std::string Take() && { return std::move(json_) + "}"; }

 private:
  void Name(std::string_view name) {
    if (json_.size() > 1) json_ += ',';
    AppendJsonString(json_, name);
    json_ += ':';
  }

  std::string json_ = "{";
};

Result<PromptTemplate> LoadTemplate(const char* key, const std::string& path, PromptKind kind) {
  if (path.empty()) return PromptTemplate::BuiltIn(kind);
  DYNAJOB_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  auto prompt = PromptTemplate::Parse(text);
  if (!prompt.ok())
    return InvalidArgument(fmt::format("llm.{}: {}: {}", key, path, prompt.error().message));
  if (prompt->kind() != kind) {
    return InvalidArgument(
        fmt::format("llm.{}: {}: the prompt is of kind {}, but one of kind {} is "
                    "needed",
                    key, path, ToString(prompt->kind()), ToString(kind)));
  }
  return prompt;
}

}  // namespace

std::string CandidateRecord(const Candidate& candidate, size_t max_chars) {
  RecordWriter record;
  record.Text("bio", candidate.bio, max_chars);
  record.Text("résumé", candidate.resume, max_chars);
  record.Text("field", candidate.category, kMaxShortChars);
  record.List("skills", candidate.hard_skills);
  record.List("soft skills", candidate.soft_skills);
  if (candidate.seniority != Seniority::kUnknown)
    record.Text("seniority", ToString(candidate.seniority), kMaxShortChars);
  record.Text("location", candidate.location, kMaxShortChars);
  if (candidate.preferred_work_mode != WorkMode::kUnknown)
    record.Text("preferred work mode", ToString(candidate.preferred_work_mode), kMaxShortChars);
  if (candidate.expected_salary)
    record.Amount("expected salary in US dollars a year", *candidate.expected_salary);
  return std::move(record).Take();
}

std::string JobRecord(const Job& job, size_t max_chars) {
  RecordWriter record;
  record.Text("title", job.title, kMaxShortChars);
  record.Text("company", job.company, kMaxShortChars);
  record.Text("sector", job.sector, kMaxShortChars);
  record.Text("description", job.description, max_chars);
  record.List("technical skills", job.technical_skills);
  record.List("soft skills", job.soft_skills);
  record.Text("experience", job.experience_requirements, kMaxListChars);
  if (job.seniority != Seniority::kUnknown)
    record.Text("seniority", ToString(job.seniority), kMaxShortChars);
  record.Text("location", job.location, kMaxShortChars);
  if (job.work_mode != WorkMode::kUnknown)
    record.Text("work mode", ToString(job.work_mode), kMaxShortChars);
  if (job.contract != ContractType::kUnknown)
    record.Text("contract", ToString(job.contract), kMaxShortChars);
  if (job.salary) {
    record.Text("salary in US dollars a year",
                fmt::format("{:.0f} to {:.0f}", job.salary->low, job.salary->high), kMaxShortChars);
  }
  return std::move(record).Take();
}

Result<std::unique_ptr<PromptBuilder>> PromptBuilder::Create(const Catalog& catalog,
                                                             const EndpointOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(
      PromptTemplate prompt,
      LoadTemplate("prompt", options.prompt,
                   options.batch > 1 ? PromptKind::kBatch : PromptKind::kPair));
  DYNAJOB_ASSIGN_OR_RETURN(PromptTemplate title_prompt,
                           LoadTemplate("title_prompt", options.title_prompt, PromptKind::kTitle));
  return std::unique_ptr<PromptBuilder>(
      new PromptBuilder(catalog, options, std::move(prompt), std::move(title_prompt)));
}

PromptBuilder::PromptBuilder(const Catalog& catalog, const EndpointOptions& options,
                             PromptTemplate prompt, PromptTemplate title_prompt)
    : catalog_(catalog),
      max_chars_(static_cast<size_t>(options.max_chars)),
      prompt_(std::move(prompt)),
      title_prompt_(std::move(title_prompt)) {}

std::string PromptBuilder::CandidateOf(CandidateRow row) {
  const std::lock_guard lock(mutex_);
  std::string& record = candidates_[row];
  if (record.empty()) {
    record =
        fmt::format("{{\"candidate\":{}}}", CandidateRecord(catalog_.candidate(row), max_chars_));
  }
  return record;
}

std::string PromptBuilder::JobOf(JobRow row) {
  const std::lock_guard lock(mutex_);
  std::string& record = jobs_[row];
  if (record.empty()) record = JobRecord(catalog_.job(row), max_chars_);
  return record;
}

ChatRequest PromptBuilder::Question(const PromptTemplate& prompt, CandidateRow candidate,
                                    std::string_view posting, AnswerMode mode, size_t jobs) {
  ChatRequest request;
  request.messages = prompt.Render(CandidateOf(candidate), posting, mode, jobs);
  request.mode = mode;
  if (mode == AnswerMode::kJsonSchema || mode == AnswerMode::kLlamaSchema)
    request.json_schema = AnswerSchema(prompt.kind(), jobs);
  return request;
}

ChatRequest PromptBuilder::PairQuestion(Pair pair, AnswerMode mode,
                                        std::span<const EarlierResponse> earlier) {
  DYNAJOB_CHECK(prompt_.kind() == PromptKind::kPair, "the prompt is about one job");
  std::string posting = "{";
  for (const EarlierResponse& each : earlier) {
    posting += posting.size() == 1 ? "\"earlier\":[{\"title\":" : ",{\"title\":";
    AppendJsonString(posting, PlainText(catalog_.job(each.job).title, kMaxShortChars));
    posting += fmt::format(",\"response\":\"{}\"}}", ToString(each.response));
  }
  if (!earlier.empty()) posting += "],";
  posting += fmt::format("\"job\":{}}}", JobOf(pair.job));
  return Question(prompt_, pair.candidate, posting, mode, 1);
}

ChatRequest PromptBuilder::TitleQuestion(Pair pair, AnswerMode mode) {
  std::string posting = "{\"title\":";
  AppendJsonString(posting, PlainText(catalog_.job(pair.job).title, kMaxShortChars));
  return Question(title_prompt_, pair.candidate, posting + "}", mode, 1);
}

ChatRequest PromptBuilder::BatchQuestion(CandidateRow candidate, JobRow first, size_t count,
                                         AnswerMode mode) {
  DYNAJOB_CHECK(prompt_.kind() == PromptKind::kBatch && count > 0, "the prompt is about several");
  std::string posting = "{\"jobs\":{";
  for (size_t i = 0; i < count; ++i) {
    posting +=
        fmt::format("{}\"{}\":{}", i == 0 ? "" : ",", i + 1, JobOf(first + static_cast<JobRow>(i)));
  }
  return Question(prompt_, candidate, posting + "}}", mode, count);
}

}  // namespace dynajob
