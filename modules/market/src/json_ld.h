// schema.org JobPosting in JSON-LD (https://schema.org/JobPosting) as flat rows.
#ifndef DYNAJOB_MARKET_SRC_JSON_LD_H_
#define DYNAJOB_MARKET_SRC_JSON_LD_H_

#include <optional>
#include <string_view>
#include <vector>

#include "jsonl_importer_row.h"

namespace dynajob {

// Appends one row for every JobPosting in a JSON text: the text itself, the items of a list or of
// "@graph", and what these hold under "mainEntity", "mainEntityOfPage", "itemListElement" or
// "item". Fields keep their schema.org names; structures become text:
//   identifier          its value, else "@id" or "url", else a hash of the posting
//   hiringOrganization  the name
//   jobLocation         "Locality, Region Postal code, Country" of the first place; its coordinates
//                       as "latitude" and "longitude"
//   baseSalary          "USD 40000 - 50000 per year"
//   employmentType, skills and the like: texts, joined
// A rejection for broken JSON; a text without a posting appends nothing.
std::optional<Rejection> AppendJobPostings(std::string_view json, std::vector<Row>& rows);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_JSON_LD_H_
