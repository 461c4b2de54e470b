// 16-bit floats (IEEE 754 binary16) in place, for tables that are read often. Pure functions.
#ifndef DYNAJOB_CORE_HALF_H_
#define DYNAJOB_CORE_HALF_H_

#include <cstdint>
#include <span>

namespace dynajob {

// out[i] = the number that halves[i] is, exactly. Requires equal sizes. Vectorised where the
// processor can.
void WidenHalves(std::span<const uint16_t> halves, std::span<float> out);

}  // namespace dynajob

#endif  // DYNAJOB_CORE_HALF_H_
