#include "features/gauges/opening_range.hpp"

#include <algorithm>

#include "features/formulas.hpp"
#include "features/gauges/session_start.hpp"

namespace foxml::features {

void OpeningRange::probe(const Probe& probe, const Params&) { (void)probe.previous(); }

void OpeningRange::update(const View& view) noexcept {
    const IntegerBar& bar = view.bar();
    if (opens_session(view)) {
        now_ = {};
    }
    now_.close = bar.close;
    now_.elapsed_ns = bar.close_ns - bar.session_open_ns;
    if (now_.elapsed_ns <= length_ns_) {
        now_.low = now_.high == 0 ? bar.low : std::min(now_.low, bar.low);
        now_.high = std::max(now_.high, bar.high);
    }
}

double OpeningRange::value(int output) const noexcept {
    if (now_.elapsed_ns < length_ns_ || now_.high == 0) {
        return kNaN;
    }
    return output == kWidthOutput ? real(now_.high - now_.low)
                                  : ratio(2 * now_.close - now_.high - now_.low, 2 * (now_.high - now_.low));
}

void OpeningRange::load(ByteReader& reader) {
    now_ = reader.get<State>();
    const auto [high, low, close, elapsed_ns] = now_;
    if (low < 0 || low > high || high >= kUnitsMax || close < 0 || close >= kUnitsMax || elapsed_ns < 0) {
        throw InvalidInput("snapshot holds an opening range that cannot be one");
    }
}

}  // namespace foxml::features
