#include "engine/batch.hpp"

#include <cstddef>
#include <type_traits>

#include "engine/stretches.hpp"
#include "engine/track.hpp"

namespace foxml::engine {

template <typename Value>
void run_batch(const std::shared_ptr<const features::Plan>& plan, features::Scale scale, const BarColumns& bars,
               const std::vector<Adjustment>& adjustments, Value* values, std::uint8_t* ready) {
    Feed feed(bars, adjustments);
    Track track(plan, scale);
    if constexpr (std::is_same_v<Value, float>) {
        Stretches(plan, false).run(feed, track, values, ready);
        return;
    }
    const std::size_t width = plan->feature_count();
    for (std::size_t t = 0; t < feed.size(); ++t) {
        if (!feed.adjusts_again()) {
            track.forget_past();
        }
        feed.take(t, track);
        write_row_of(track, width, values + t * width, ready[t]);
    }
}

template void run_batch<float>(const std::shared_ptr<const features::Plan>&, features::Scale, const BarColumns&,
                               const std::vector<Adjustment>&, float*, std::uint8_t*);
template void run_batch<double>(const std::shared_ptr<const features::Plan>&, features::Scale, const BarColumns&,
                                const std::vector<Adjustment>&, double*, std::uint8_t*);

void run_batch_many(const std::shared_ptr<const features::Plan>& plan, const std::vector<BatchItem>& items) {
    Stretches stretches(plan, false);
    for (const BatchItem& item : items) {
        Feed feed(item.bars, item.adjustments);
        Track track(plan, item.scale);
        stretches.run(feed, track, item.values, item.ready);
    }
}

}  // namespace foxml::engine
