#include "dynajob/evaluation/student_t.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dynajob/core/check.h"

namespace dynajob {

double StudentTwoSidedTail(double t, size_t degrees_of_freedom) {
  DYNAJOB_CHECK(degrees_of_freedom >= 1, "Student's t without degrees of freedom");
  const auto n = static_cast<double>(degrees_of_freedom);
  const double angle = std::atan(std::abs(t) / std::sqrt(n));
  const double cosine = std::cos(angle);
  const double squared = cosine * cosine;
  const bool odd = degrees_of_freedom % 2 == 1;
  // Odd:  2/pi (angle + sin (cos + 2/3 cos^3 + 2*4/(3*5) cos^5 + ... up to cos^(n-2)))
  // Even: sin (1 + 1/2 cos^2 + 1*3/(2*4) cos^4 + ... up to cos^(n-2))
  double term = odd ? cosine : 1;
  double sum = 0;
  for (size_t power = odd ? 1 : 0; power + 2 <= degrees_of_freedom; power += 2) {
    sum += term;
    const auto k = static_cast<double>(power + 1);
    term *= squared * k / (k + 1);
  }
  const double inside =
      odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
  return std::clamp(1 - inside, 0.0, 1.0);
}

double StudentCriticalValue(double confidence, size_t degrees_of_freedom) {
  DYNAJOB_CHECK(confidence > 0 && confidence < 1, "confidence outside (0, 1)");
  double low = 0;
  double high = 1;
  while (StudentTwoSidedTail(high, degrees_of_freedom) > 1 - confidence) high *= 2;
  // Until the two are neighbours in floating point.
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (StudentTwoSidedTail(middle, degrees_of_freedom) > 1 - confidence ? low : high) = middle;
  }
}

double NormalCdf(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

}  // namespace dynajob
