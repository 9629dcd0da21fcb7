#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/bytes.hpp"
#include "core/isa.hpp"
#include "features/interleaved.hpp"

namespace foxml::features {

/// What a recursive average is taken of. Prices in grid units, volume in volume units.
enum class Series : std::uint8_t {
    // of a bar and the one before
    close,
    typical3,       ///< H + L + C
    accumulation,   ///< ((C - L) - (H - C)) / (H - L) V, 0 where H = L
    true_range,     ///< max(H, C1) - min(L, C1)
    gain,           ///< max(C - C1, 0)
    loss,           ///< max(C1 - C, 0)
    change,         ///< C - C1
    change_size,    ///< |C - C1|
    up_move,        ///< H - H1 where that is above both 0 and L1 - L, else 0
    down_move,      ///< L1 - L where that is above both 0 and H - H1, else 0
    force,          ///< (C - C1) V
    return_square,  ///< ln(C / C1)^2
    // of averages
    macd_line,          ///< EMA of the close over `first` bars less that over `second`
    directional_index,  ///< 100 |U - D| / (U + D), Wilder averages of the two moves over `first` bars
    count,
};
inline constexpr std::size_t kSeries = static_cast<std::size_t>(Series::count);

/// A series, with its lengths if it is made of averages; else it goes through an EMA over `first` bars, and that one
/// through one over `second`, where these are not 0.
struct Source {
    constexpr Source(Series of, int first_length = 0, int second_length = 0) noexcept  // NOLINT: a series is a source
        : series(of),
          first(static_cast<std::uint8_t>(first_length)),
          second(static_cast<std::uint8_t>(second_length)) {}

    Series series;
    std::uint8_t first;
    std::uint8_t second;

    bool operator==(const Source&) const = default;
};

/// How it forgets: `ema` alpha 2/(n+1), `rma` (Wilder) alpha 1/n, both seeded by the mean of their first n inputs;
/// `decay` alpha 1 - n/100, seeded by its first input.
///
/// A settled average does not show its seed: Wilder's running sum is n times his average, and an average seeded by its
/// first value is this one.
enum class Forgetting : std::uint8_t { ema, rma, decay };

/// One recursive average: v += alpha (x - v), a multiplication and an addition. An input that is undefined leaves it as
/// it was.
struct Smoothing {
    Forgetting forgetting;
    Source source;
    std::uint8_t length;  ///< n

    bool operator==(const Smoothing&) const = default;

    [[nodiscard]] double alpha() const noexcept;
    [[nodiscard]] int seed_inputs() const noexcept { return forgetting == Forgetting::decay ? 1 : length; }

    /// The averages that it is taken of.
    [[nodiscard]] std::vector<Smoothing> reads() const;

    /// 0-based index of the first bar that gives an input.
    [[nodiscard]] std::int64_t first_input() const;

    /// Index of the bar at which the seed is complete.
    [[nodiscard]] std::int64_t seed_at() const { return first_input() + seed_inputs() - 1; }

    /// Index of the first bar at which it is valid: its inputs are, and it has forgotten where it began.
    [[nodiscard]] std::int64_t warmup_bars() const;

    [[nodiscard]] constexpr std::uint64_t key() const noexcept {
        return static_cast<std::uint64_t>(forgetting) << 32 | static_cast<std::uint64_t>(source.series) << 24 |
               static_cast<std::uint64_t>(source.first) << 16 | static_cast<std::uint64_t>(source.second) << 8 | length;
    }
};

/// An average, and how many of its last values are kept.
struct KeptSmoothing {
    Smoothing smoothing;
    int rows = 1;
};

/// One bar's value of every series but those that are made of averages.
struct SeriesInputs {
    std::array<double, kSeries> values;
    double& operator[](Series series) noexcept { return values[static_cast<std::size_t>(series)]; }
    double operator[](Series series) const noexcept { return values[static_cast<std::size_t>(series)]; }
};

/// Where each average of a plan keeps its last values.
///
/// Averages come after those that they read; those that can be taken in together lie side by side, a bank of them for
/// each bar that is kept:
///
///     bank     bar t - 1:  [8 averages][8 averages][3 averages]
///              bar t:      [8 averages][8 averages][3 averages]
class SmoothingLayout {
   public:
    explicit SmoothingLayout(std::span<const KeptSmoothing> smoothings);

    /// A ring of values: that of bar t is at offset + (t & mask) stride.
    struct Place {
        std::uint32_t offset = 0;
        std::uint32_t mask = 0;
        std::uint32_t stride = 1;

        [[nodiscard]] std::size_t at(std::int64_t index) const noexcept {
            return offset + (static_cast<std::uint32_t>(index) & mask) * std::size_t{stride};
        }
    };

    struct Slot {
        Smoothing smoothing;
        double alpha;
        std::int64_t first_input;
        std::int64_t seed_at;
        int seed_inputs;
        Place place;
        std::array<Place, 2> reads;  ///< of the averages that it is taken of
        std::size_t reads_count;
    };

    /// Eight averages side by side, taken of the same kind of thing.
    struct Lanes {
        alignas(64) std::array<double, kBlockLanes> alphas;
        Place place;                                    ///< of the first
        std::size_t reads_count;                        ///< averages that each is taken of
        Series series;                                  ///< of the first
        std::array<std::uint64_t, kBlockLanes> inputs;  ///< series, where they are taken of no average
        std::array<std::array<Place, kBlockLanes>, 2> reads;
        bool adjacent;  ///< the first reads are one after the other
    };

    /// Averages that read none of each other: all lanes of them, and slots of what is left.
    struct Stage {
        std::vector<Lanes> lanes;
        std::vector<std::size_t> alone;
    };

    [[nodiscard]] std::span<const Slot> slots() const noexcept { return slots_; }
    [[nodiscard]] std::span<const Stage> stages() const noexcept { return stages_; }
    /// Index of the last bar at which a seed is complete.
    [[nodiscard]] std::int64_t seeded_at() const noexcept { return seeded_at_; }
    /// Of an average of the layout.
    [[nodiscard]] Place place(const Smoothing& smoothing) const noexcept { return places_[bucket(smoothing.key())]; }
    /// Values kept in all.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

   private:
    [[nodiscard]] std::size_t bucket(std::uint64_t key) const noexcept { return key * multiplier_ >> shift_; }
    [[nodiscard]] bool separates() const;
    void build_table();
    void add_bank(std::span<const KeptSmoothing> bank);
    [[nodiscard]] Slot slot_of(const Smoothing& smoothing, const Place& place) const;
    void add_stages();
    [[nodiscard]] Lanes lanes_from(std::size_t first) const;

    std::vector<Slot> slots_;
    std::vector<Stage> stages_;
    std::int64_t seeded_at_ = -1;
    std::size_t size_ = 0;
    /// A table without collisions: its multiplier is searched for when the layout is made, so a read is one look.
    std::vector<Place> places_;
    std::uint64_t multiplier_ = 1;
    int shift_ = 63;
};

/// The next inputs of averages that have their seeds behind them, and whose values follow each other in memory.
struct AveragesUpdate {
    const SmoothingLayout* layout;
    double* values;
    std::int64_t place;  ///< of the new values
    const SeriesInputs* inputs;
};

using UpdateAverages = void (*)(const AveragesUpdate& update);

void update_averages_avx2(const AveragesUpdate& update);
void update_averages_avx512(const AveragesUpdate& update);
/// Of the machine's instructions; null where there is none.
[[nodiscard]] UpdateAverages averages_updater(Isa isa) noexcept;

/// What one average does, for the ones that are left over.
void update_average(const AveragesUpdate& update, const SmoothingLayout::Slot& slot) noexcept;

/// The recursive averages of one symbol on one timeframe.
class Smoothings {
   public:
    explicit Smoothings(const SmoothingLayout& layout, UpdateAverages update_together = nullptr)
        : layout_(&layout), values_(layout.size(), 0.0), update_together_(update_together) {}
    /// In memory that has something else beside each value.
    Smoothings(const SmoothingLayout& layout, Interleaved<double> values) noexcept
        : layout_(&layout), values_(std::move(values)) {}

    /// Take in the inputs of bar `index`; they come in order, from 0. `place` goes up by one with it, from any first
    /// value: where the values are kept.
    void update(std::int64_t index, std::int64_t place, const SeriesInputs& inputs) noexcept;

    /// The value of `lag` bars ago.
    [[nodiscard]] double value(const Smoothing& smoothing, int lag = 0) const noexcept {
        return values_[layout_->place(smoothing).at(last_ - lag)];
    }

    /// The value of a slot at this place.
    [[nodiscard]] double& word(SmoothingLayout::Place slot, std::int64_t place) noexcept {
        return values_[slot.at(place)];
    }

    /// The last bar is the one at this place, and the words of its row are there.
    void set_last(std::int64_t place) noexcept { last_ = place; }
    void reset() noexcept;
    void save(ByteWriter& writer) const;
    /// Takes what `save` wrote; the last values are kept at `place`.
    void load(ByteReader& reader, std::int64_t place);
    [[nodiscard]] std::size_t bytes() const noexcept { return values_.bytes(); }
    [[nodiscard]] const Interleaved<double>& words() const noexcept { return values_; }

   private:
    const SmoothingLayout* layout_;
    Interleaved<double> values_;
    UpdateAverages update_together_ = nullptr;
    std::int64_t last_ = -1;
};

}  // namespace foxml::features
