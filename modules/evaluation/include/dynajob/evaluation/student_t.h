// Student's t distribution with whole degrees of freedom, by the finite sums of Abramowitz and
// Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4. Pure functions, safe for
// concurrent use. O(degrees of freedom).
#ifndef DYNAJOB_EVALUATION_STUDENT_T_H_
#define DYNAJOB_EVALUATION_STUDENT_T_H_

#include <cstddef>

namespace dynajob {

// P(|T| > |t|), to about 1e-14 absolute. Requires degrees_of_freedom >= 1.
double StudentTwoSidedTail(double t, size_t degrees_of_freedom);

// The t > 0 with P(|T| <= t) = confidence. Requires 0 < confidence < 1 and degrees_of_freedom >= 1.
double StudentCriticalValue(double confidence, size_t degrees_of_freedom);

// P(Z <= z) of the standard normal distribution.
double NormalCdf(double z);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_STUDENT_T_H_
