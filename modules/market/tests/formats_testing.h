// Example files of every format.
#ifndef DYNAJOB_MARKET_TESTS_FORMATS_TESTING_H_
#define DYNAJOB_MARKET_TESTS_FORMATS_TESTING_H_

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zstd.h>

namespace dynajob {

inline constexpr std::string_view kCsvJobs =
    "Job ID,Job Title,Company Name,Description,Salary,Notes\n"
    "1,Data Analyst,Initech,\"Python, SQL and \"\"Excel\"\"\",\"$80,000 - $95,000\",x\n"
    "2,Chef,Grill,\"Cook\nand bake\",$20 an hour,y\n";

inline constexpr std::string_view kJsonArray =
    R"([ {"job_id": "1", "title": "Chef", "description": "a ] and } and \" within"},
  {"job_id": "2",
   "title": "Nurse", "tags": [[1, {"x": []}]]},
  {"job_id": 3, "title": }, 7, "text",
  {"job_id": "4", "title": "Cook"}
])";

inline constexpr std::string_view kPage =
    R"(<!DOCTYPE html><html><head><title>Jobs</title>
<script>var x = "<script";</script>
<SCRIPT type='application/ld+json'>
{"@context": "https://schema.org", "@graph": [
  {"@type": "Organization", "name": "Initech"},
  {"@type": "JobPosting", "title": "Site Engineer",
   "identifier": {"@type": "PropertyValue", "name": "Initech", "value": "R-17"},
   "description": "&lt;p&gt;Supervise &lt;b&gt;concrete pours&lt;/b&gt;.&lt;/p&gt;",
   "hiringOrganization": {"@type": "Organization", "name": "Initech"},
   "jobLocation": [{"@type": "Place", "address": {"@type": "PostalAddress",
      "addressLocality": "Denver", "addressRegion": "CO", "postalCode": "80202",
      "addressCountry": {"@type": "Country", "name": "US"}},
      "geo": {"latitude": "39.74", "longitude": -104.99}}],
   "baseSalary": {"@type": "MonetaryAmount", "currency": "USD",
      "value": {"@type": "QuantitativeValue", "minValue": 30, "maxValue": 40.5, "unitText": "HOUR"}},
   "employmentType": ["FULL_TIME"], "jobLocationType": "TELECOMMUTE",
   "datePosted": "2024-05-01", "validThrough": "2024-06-01"}]}
</SCRIPT>
<script type="application/ld+json">{"@type": "BreadcrumbList"}</script>
<script type="application/ld+json">[{"@type": ["JobPosting"], "title": "Chef",
 "url": "https://example.com/chef", "description": "Cook in Berlin",
 "baseSalary": {"currency": "EUR", "value": {"value": 3200, "unitText": "MONTH"}}}]</script>
</html>)";

inline std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  EXPECT_EQ(ZSTD_isError(size), 0u);
  out.resize(size);
  return out;
}

// ASCII as UTF-16 with its mark.
inline std::string Utf16(std::string_view ascii, bool little_endian) {
  std::string out = little_endian ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : ascii) {
    if (!little_endian) out += '\0';
    out += c;
    if (little_endian) out += '\0';
  }
  return out;
}

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_TESTS_FORMATS_TESTING_H_
