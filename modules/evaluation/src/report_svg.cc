#include "report_svg.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace dynajob {
namespace {

constexpr double kWidth = 720, kHeight = 380;
constexpr double kLeft = 52, kRight = 118, kTop = 14, kBottom = 44;
constexpr double kLabelGap = 14;

// Eight hues that stay apart for colour-blind readers (Okabe and Ito 2008) and eight dash patterns.
constexpr const char* kDashes[] = {"",        "8 4",  "2 3",         "10 3 2 3",
                                   "4 2 1 2", "14 4", "6 2 2 2 2 2", "1 5"};
constexpr size_t kStyles = std::size(kDashes);

struct Axes {
  double x_low, x_high, y_low, y_high;
  std::vector<double> y_ticks;

  double X(double step) const {
    const double span = x_high > x_low ? x_high - x_low : 1;
    return kLeft + (step - x_low) / span * (kWidth - kLeft - kRight);
  }
  double Y(double reward) const {
    return kTop + (y_high - reward) / (y_high - y_low) * (kHeight - kTop - kBottom);
  }
};

Axes AxesFor(const ProtocolResult& protocol) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Axes axes{kInfinity, -kInfinity, kInfinity, -kInfinity, {}};
  for (const ArmResult& arm : protocol.arms) {
    for (const double step : arm.curve.step) {
      axes.x_low = std::min(axes.x_low, step);
      axes.x_high = std::max(axes.x_high, step);
    }
    for (const Estimate& reward : arm.curve.reward) {
      axes.y_low = std::min(axes.y_low, reward.low);
      axes.y_high = std::max(axes.y_high, reward.high);
    }
  }
  if (!(axes.x_low <= axes.x_high)) axes = {0, 1, 0, 1, {}};
  if (axes.y_high - axes.y_low < 1e-9) axes.y_high = axes.y_low + 1;
  axes.y_ticks = AxisTicks(axes.y_low, axes.y_high, 5);
  axes.y_low = std::min(axes.y_low, axes.y_ticks.front());
  axes.y_high = std::max(axes.y_high, axes.y_ticks.back());
  return axes;
}

std::string Grid(const Axes& axes, const std::string& protocol) {
  std::string svg;
  for (const double tick : axes.y_ticks) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" y1=\"{2:.1f}\" x2=\"{1:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick\" x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5:.4g}</text>\n",
        kLeft, kWidth - kRight, axes.Y(tick), kLeft - 6, axes.Y(tick) + 4,
        std::abs(tick) < 1e-12 ? 0.0 : tick);
  }
  for (const double tick : AxisTicks(axes.x_low, axes.x_high, 6)) {
    if (tick < axes.x_low || tick > axes.x_high) continue;
    svg += fmt::format(
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:g}</text>\n",
        axes.X(tick), kHeight - kBottom + 17, tick);
  }
  const char* label = protocol == "new-system" ? "step of the stream (mean reward per candidate)"
                                               : "step with an unseen candidate";
  svg += fmt::format(
      "<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
      (kLeft + kWidth - kRight) / 2, kHeight - 6, label);
  return svg;
}

std::string Band(const LearningCurve& curve, const Axes& axes, size_t style) {
  std::string points;
  for (size_t i = 0; i < curve.step.size(); ++i)
    points += fmt::format("{:.1f},{:.1f} ", axes.X(curve.step[i]), axes.Y(curve.reward[i].high));
  for (size_t i = curve.step.size(); i-- > 0;)
    points += fmt::format("{:.1f},{:.1f} ", axes.X(curve.step[i]), axes.Y(curve.reward[i].low));
  return fmt::format("<polygon class=\"band s{}\" points=\"{}\"/>\n", style, points);
}

std::string Line(const ArmResult& arm, const Axes& axes, size_t style) {
  std::string points;
  for (size_t i = 0; i < arm.curve.step.size(); ++i)
    points +=
        fmt::format("{:.1f},{:.1f} ", axes.X(arm.curve.step[i]), axes.Y(arm.curve.reward[i].value));
  return fmt::format(
      "<polyline class=\"line s{}\" stroke-dasharray=\"{}\" points=\"{}\"><title>{}</title>"
      "</polyline>\n",
      style, kDashes[style], points, EscapeHtml(arm.name));
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::vector<double> AxisTicks(double low, double high, int count) {
  const double span = std::max(high - low, 1e-9);
  const double rough = span / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last; i += 1) ticks.push_back(i * step);
  return ticks;
}

std::vector<double> SpreadLabels(std::vector<double> wanted, double gap, double top,
                                 double bottom) {
  std::vector<size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return wanted[a] < wanted[b]; });
  double next = top;
  for (const size_t i : order) {
    wanted[i] = std::max(wanted[i], next);
    next = wanted[i] + gap;
  }
  // What was pushed out at the bottom moves up again, and pushes what is above it.
  double limit = bottom;
  for (size_t k = order.size(); k-- > 0;) {
    wanted[order[k]] = std::min(wanted[order[k]], limit);
    limit = wanted[order[k]] - gap;
  }
  return wanted;
}

std::string LearningCurvesSvg(const ProtocolResult& protocol) {
  const Axes axes = AxesFor(protocol);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"Learning curves, protocol "
      "{}\">\n{}",
      kWidth, kHeight, EscapeHtml(protocol.name), Grid(axes, protocol.name));
  std::vector<size_t> drawn;
  for (size_t i = 0; i < protocol.arms.size(); ++i)
    if (!protocol.arms[i].curve.step.empty()) drawn.push_back(i);
  for (const size_t i : drawn) svg += Band(protocol.arms[i].curve, axes, i % kStyles);
  std::vector<double> ends;
  for (const size_t i : drawn) {
    svg += Line(protocol.arms[i], axes, i % kStyles);
    ends.push_back(axes.Y(protocol.arms[i].curve.reward.back().value));
  }
  const std::vector<double> labels = SpreadLabels(ends, kLabelGap, kTop + 4, kHeight - kBottom);
  for (size_t k = 0; k < drawn.size(); ++k) {
    const size_t style = drawn[k] % kStyles;
    const double x = kWidth - kRight;
    svg += fmt::format(
        "<line class=\"line s{0}\" stroke-dasharray=\"{1}\" x1=\"{2:.1f}\" y1=\"{3:.1f}\" "
        "x2=\"{4:.1f}\" y2=\"{5:.1f}\"/><text class=\"end t{0}\" x=\"{6:.1f}\" "
        "y=\"{7:.1f}\">{8}</text>\n",
        style, kDashes[style], x, ends[k], x + 22, labels[k], x + 26, labels[k] + 4,
        EscapeHtml(protocol.arms[drawn[k]].name));
  }
  return svg + "</svg>\n";
}

}  // namespace dynajob
