#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "core/isa.hpp"
#include "engine/batch.hpp"
#include "engine/track.hpp"
#include "features/block.hpp"

namespace foxml::engine {

namespace {

constexpr std::size_t kLanes = features::kBlockLanes;
/// Below so many lanes in use, a row by itself is cheaper than those of a block.
constexpr std::size_t kTogetherMin = 3;

/// Up to eight histories, the longest first, in the lanes of a block:
///
///     lane 0  | | | | | | | | | | | |      every lane takes a bar of its own in each step
///     lane 1  | | | | | | | | | .
///     lane 2  | | | | | | . . . .          a lane whose history has ended, or never had one, stands for lane 0:
///     ...                                  what is computed there is not looked at
class Lockstep {
   public:
    Lockstep(const std::shared_ptr<const features::Plan>& plan, const std::vector<const BatchItem*>& items)
        : width_(plan->feature_count()), items_(items), block_(plan, chosen_isa()), scratch_(kLanes * width_) {
        feeds_.reserve(items.size());
        tracks_.reserve(items.size());
        for (std::size_t lane = 0; lane < items.size(); ++lane) {
            feeds_.emplace_back(items[lane]->bars, items[lane]->adjustments);
            tracks_.emplace_back(plan, items[lane]->scale, block_.rings(), lane);
        }
        hold();
    }

    void run() {
        for (std::size_t t = 0; live_ > 0; ++t) {
            while (live_ > 0 && feeds_[live_ - 1].size() == t) {
                --live_;
                hold();
            }
            step(t);
        }
    }

   private:
    void hold() {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            block_.hold(lane, tracks_[lane < live_ ? lane : 0].state());
        }
    }

    void step(std::size_t t) {
        take(t);
        const auto end = tracks_.begin() + static_cast<std::ptrdiff_t>(live_);
        const bool ready = std::all_of(tracks_.begin(), end, [](const Track& track) { return track.ready(); });
        if (live_ < kTogetherMin || !ready) {
            for (std::size_t lane = 0; lane < live_; ++lane) {
                write_row_of(tracks_[lane], width_, items_[lane]->values + t * width_, items_[lane]->ready[t]);
            }
            return;
        }
        block_.write_rows(scratch_.data(), width_);
        for (std::size_t lane = 0; lane < live_; ++lane) {
            std::copy_n(scratch_.data() + lane * width_, width_, items_[lane]->values + t * width_);
            items_[lane]->ready[t] = 1;
        }
    }

    void take(std::size_t t) {
        std::array<features::Bar, kLanes> bars;
        for (std::size_t lane = 0; lane < live_; ++lane) {
            if (!feeds_[lane].adjusts_again()) {
                tracks_[lane].forget_past();
            }
            bars[lane] = feeds_[lane].next(t, tracks_[lane]);
        }
        if (live_ == kLanes) {
            block_.update(bars);
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                tracks_[lane].follow(bars[lane], feeds_[lane].benchmark_close(t));
            }
            return;
        }
        for (std::size_t lane = 0; lane < live_; ++lane) {
            tracks_[lane].update(bars[lane], feeds_[lane].benchmark_close(t));
        }
        if (!block_.aligned()) {
            block_.align();
        }
    }

    std::size_t width_;
    std::vector<const BatchItem*> items_;
    features::Block block_;
    std::vector<Feed> feeds_;
    std::vector<Track> tracks_;
    std::vector<float> scratch_;
    std::size_t live_ = items_.size();
};

}  // namespace

void run_batch_many(const std::shared_ptr<const features::Plan>& plan, const std::vector<BatchItem>& items) {
    std::vector<const BatchItem*> sorted(items.size());
    std::transform(items.begin(), items.end(), sorted.begin(), [](const BatchItem& item) { return &item; });
    // Lanes of like length end together.
    std::sort(sorted.begin(), sorted.end(), [](const BatchItem* a, const BatchItem* b) {
        return a->bars.count != b->bars.count ? a->bars.count > b->bars.count : a < b;
    });
    for (std::size_t first = 0; first < sorted.size(); first += kLanes) {
        const auto begin = sorted.begin() + static_cast<std::ptrdiff_t>(first);
        const std::size_t count = std::min(kLanes, sorted.size() - first);
        Lockstep(plan, {begin, begin + static_cast<std::ptrdiff_t>(count)}).run();
    }
}

}  // namespace foxml::engine
