#include "features/gauges/session_vwap.hpp"

#include "features/formulas.hpp"
#include "features/gauges/session_start.hpp"

namespace foxml::features {

void SessionVwap::probe(const Probe& probe, const Params&) { (void)probe.previous(); }

void SessionVwap::update(const View& view) noexcept {
    const IntegerBar& bar = view.bar();
    if (opens_session(view)) {
        now_ = {};
    }
    const Int128 typical = bar.typical3();
    const Int128 weighted = typical * bar.volume;
    now_.volume += Int128{bar.volume};
    now_.typical += weighted;
    now_.typical_square += product(weighted, typical);
    now_.close = bar.close;
}

double SessionVwap::value(int) const noexcept {
    // Both sides times 3 sum V, which makes integers of them.
    const Int256 from_mean = Int256(Int128{3 * now_.close}) * now_.volume - now_.typical;
    const Int256 dispersed = now_.volume * now_.typical_square - now_.typical * now_.typical;
    return ratio(to_double(from_mean), root(to_double(dispersed)));
}

void SessionVwap::load(ByteReader& reader) {
    now_ = reader.get<State>();
    if (now_.volume.negative() || now_.typical.negative() || now_.typical_square.negative() || now_.close < 0 ||
        now_.close >= kUnitsMax) {
        throw InvalidInput("snapshot holds sums of a session that cannot be such");
    }
}

}  // namespace foxml::features
