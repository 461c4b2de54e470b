// What requests and answers of the API look like, besides jobs and candidates.
#ifndef DYNAJOB_SERVE_SRC_API_SCHEMAS_H_
#define DYNAJOB_SERVE_SRC_API_SCHEMAS_H_

#include "schema.h"

namespace dynajob {

Schema PolicySchema();
Schema ProfileRequestSchema();
Schema FeedbackSchema();

Schema StoredSchema();
Schema RecommendationsSchema();
Schema FeedbackResultSchema();
Schema ModelsSchema();
Schema ActivatedSchema();
Schema JobMatchesSchema();
Schema RunsSchema();
Schema RunReportSchema();
Schema LabelsSchema();
Schema LearningSchema();
Schema HealthSchema();
Schema ProblemSchema();

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_API_SCHEMAS_H_
