#include "features/gauges/session_vwap.hpp"

#include "features/formulas.hpp"
#include "features/gauges/session_start.hpp"

namespace foxml::features {

namespace {

constexpr std::int64_t kVolumeMax = std::int64_t{1} << 60;
constexpr std::int64_t kTypicalHighMax = std::int64_t{1} << 40;  // three prices and the volume have 2^42 and 2^60

}  // namespace

void SessionVwap::probe(const Probe& probe, const Params&) { (void)probe.previous(); }

void SessionVwap::update(const View& view) noexcept {
    const IntegerBar& bar = view.bar();
    if (opens_session(view)) {
        now_ = {};
    }
    const std::int64_t typical = bar.typical3();
    const Int128 weighted = product(typical, bar.volume);
    const Int128 total = now_.typical() + weighted;
    now_.typical_low = static_cast<std::uint64_t>(total);
    now_.typical_high = static_cast<std::int64_t>(total >> 64);
    now_.typical_square += product(weighted, Int128{typical});
    now_.volume += bar.volume;
    now_.close = bar.close;
}

double SessionVwap::value(int) const noexcept {
    // Both sides times 3 sum V, which makes integers of them.
    const Int128 typical = now_.typical();
    const Int128 from_mean = product(3 * now_.close, now_.volume) - typical;
    const Int256 dispersed = Int256(Int128{now_.volume}) * now_.typical_square - product(typical, typical);
    return ratio(to_double(from_mean), root(to_double(dispersed)));
}

void SessionVwap::load(ByteReader& reader) {
    now_ = reader.get<State>();
    // Room is left for the bars to come.
    if (now_.volume < 0 || now_.volume > kVolumeMax || now_.typical_high < 0 || now_.typical_high > kTypicalHighMax ||
        now_.typical_square.negative() || now_.close < 0 || now_.close >= kUnitsMax) {
        throw InvalidInput("snapshot holds sums of a session that cannot be such");
    }
}

}  // namespace foxml::features
