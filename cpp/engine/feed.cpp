#include "engine/feed.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "core/errors.hpp"
#include "engine/refused_bar.hpp"

namespace foxml::engine {

Feed::Feed(const BarColumns& bars, const std::vector<Adjustment>& adjustments)
    : bars_(bars), adjustments_(adjustments) {
    for (std::size_t k = 0; k < adjustments.size(); ++k) {
        const std::string name =
            "adjustments[" + std::to_string(k) + "].before_bar " + std::to_string(adjustments[k].before_bar);
        if (adjustments[k].before_bar >= bars.count) {
            throw InvalidInput(name + " lies outside of " + std::to_string(bars.count) + " bars");
        }
        if (k > 0 && adjustments[k].before_bar < adjustments[k - 1].before_bar) {
            throw InvalidInput(name + " comes before that of the one ahead of it");
        }
        own_end_ = adjustments[k].of_benchmark ? own_end_ : k + 1;
    }
}

void Feed::apply(Track& track) {
    const Adjustment& adjustment = adjustments_[next_];
    try {
        if (adjustment.of_benchmark) {
            track.adjust_benchmark(adjustment.price_factor);
        } else {
            track.adjust(adjustment.price_factor, adjustment.volume_factor);
        }
    } catch (const InvalidInput& error) {
        throw InvalidInput("adjustments[" + std::to_string(next_) + "]: " + error.what());
    }
    ++next_;
}

bool Feed::adjust(std::size_t t, Track& track) {
    bool anew = false;
    while (next_ < adjustments_.size() && adjustments_[next_].before_bar == t) {
        anew = anew || !adjustments_[next_].of_benchmark;
        apply(track);
    }
    return anew;
}

void Feed::refuse(std::size_t t, const features::Bar& bar, const char* reason) {
    throw RefusedBar(static_cast<std::ptrdiff_t>(t), bar.close_ns, reason);
}

features::Bar Feed::next(std::size_t t, Track& track) {
    (void)adjust(t, track);
    const features::Bar bar = this->bar(t, track);
    if (const char* reason = track.refusal(bar)) {
        refuse(t, bar, reason);
    }
    return bar;
}

template <typename Value>
void write_row_of(const Track& track, std::size_t width, Value* row, std::uint8_t& ready) noexcept {
    ready = track.ready() ? 1 : 0;
    if (ready != 0) {
        track.write_row(row);
    } else {
        std::fill_n(row, width, std::numeric_limits<Value>::quiet_NaN());
    }
}

template void write_row_of<float>(const Track&, std::size_t, float*, std::uint8_t&) noexcept;
template void write_row_of<double>(const Track&, std::size_t, double*, std::uint8_t&) noexcept;

}  // namespace foxml::engine
