#include "engine/batch.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "core/errors.hpp"
#include "engine/refused_bar.hpp"
#include "engine/track.hpp"

namespace foxml::engine {

namespace {

features::Bar bar_of(const BarColumns& bars, std::size_t t) noexcept {
    const double* row = bars.ohlcv + t * 5;
    features::Bar bar;
    bar.close_ns = bars.close_ns[t];
    bar.session_open_ns = bars.session_open_ns[t];
    bar.session_close_ns = bars.session_close_ns[t];
    bar.open = row[0];
    bar.high = row[1];
    bar.low = row[2];
    bar.close = row[3];
    bar.volume = row[4];
    return bar;
}

void check_order(const std::vector<Adjustment>& adjustments, std::size_t count) {
    for (std::size_t k = 0; k < adjustments.size(); ++k) {
        const std::string name =
            "adjustments[" + std::to_string(k) + "].before_bar " + std::to_string(adjustments[k].before_bar);
        if (adjustments[k].before_bar >= count) {
            throw InvalidInput(name + " lies outside of " + std::to_string(count) + " bars");
        }
        if (k > 0 && adjustments[k].before_bar < adjustments[k - 1].before_bar) {
            throw InvalidInput(name + " comes before that of the one ahead of it");
        }
    }
}

void apply(Track& track, const Adjustment& adjustment, std::size_t k) {
    try {
        if (adjustment.of_benchmark) {
            track.adjust_benchmark(adjustment.price_factor);
        } else {
            track.adjust(adjustment.price_factor, adjustment.volume_factor);
        }
    } catch (const InvalidInput& error) {
        throw InvalidInput("adjustments[" + std::to_string(k) + "]: " + error.what());
    }
}

}  // namespace

template <typename Value>
void run_batch(const std::shared_ptr<const features::Plan>& plan, features::Scale scale, const BarColumns& bars,
               const std::vector<Adjustment>& adjustments, Value* values, std::uint8_t* ready) {
    check_order(adjustments, bars.count);
    const std::size_t width = plan->feature_count();
    Track track(plan, scale);
    std::size_t next = 0;
    for (std::size_t t = 0; t < bars.count; ++t) {
        for (; next < adjustments.size() && adjustments[next].before_bar == t; ++next) {
            apply(track, adjustments[next], next);
        }
        const double benchmark_close = bars.benchmark_close == nullptr ? 0.0 : bars.benchmark_close[t];
        const features::Bar bar = track.beside_benchmark(bar_of(bars, t), benchmark_close);
        if (const char* reason = track.refusal(bar)) {
            throw RefusedBar(static_cast<std::ptrdiff_t>(t), bar.close_ns, reason);
        }
        track.update(bar, benchmark_close);
        ready[t] = track.ready() ? 1 : 0;
        if (ready[t] != 0) {
            track.write_row(values + t * width);
        } else {
            std::fill_n(values + t * width, width, std::numeric_limits<Value>::quiet_NaN());
        }
    }
}

template void run_batch<float>(const std::shared_ptr<const features::Plan>&, features::Scale, const BarColumns&,
                               const std::vector<Adjustment>&, float*, std::uint8_t*);
template void run_batch<double>(const std::shared_ptr<const features::Plan>&, features::Scale, const BarColumns&,
                                const std::vector<Adjustment>&, double*, std::uint8_t*);

}  // namespace foxml::engine
