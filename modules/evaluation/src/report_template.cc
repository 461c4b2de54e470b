#include "report_template.h"

#include <cstddef>

// The bytes of the file, without a detour over source code that a compiler would have to parse.
__asm__(
    ".pushsection .rodata\n"
    "dynajob_report_template_begin:\n"
    ".incbin \"" DYNAJOB_REPORT_TEMPLATE
    "\"\n"
    "dynajob_report_template_end:\n"
    ".popsection\n");

extern "C" const char dynajob_report_template_begin[];
extern "C" const char dynajob_report_template_end[];

namespace dynajob {

std::string_view ReportTemplate() {
  return {dynajob_report_template_begin,
          static_cast<size_t>(dynajob_report_template_end - dynajob_report_template_begin)};
}

}  // namespace dynajob
