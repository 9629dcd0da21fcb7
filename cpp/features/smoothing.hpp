#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.hpp"

namespace foxml::features {

/// What a recursive average is taken of. Prices in grid units.
enum class Series : std::uint8_t { close, typical3, true_range, gain, loss, return_square, macd_line };
inline constexpr std::size_t kSeries = 7;

/// How it forgets: `ema` alpha 2/(n+1), `rma` (Wilder) alpha 1/n, both seeded by the mean of their first n inputs;
/// `decay` alpha 1 - n/100, seeded by its first input.
enum class Forgetting : std::uint8_t { ema, rma, decay };
inline constexpr std::size_t kForgettings = 3;

/// One recursive average: v += alpha (x - v), a multiplication and an addition.
struct Smoothing {
    Forgetting forgetting;
    Series series;
    std::uint8_t length;  ///< n

    bool operator==(const Smoothing&) const = default;

    [[nodiscard]] double alpha() const noexcept;
    [[nodiscard]] int seed_inputs() const noexcept { return forgetting == Forgetting::decay ? 1 : length; }

    /// 0-based index of the first bar that gives an input.
    [[nodiscard]] std::int64_t first_input() const noexcept;

    /// Index of the first bar at which it is valid: its inputs are, and it has forgotten where it began.
    [[nodiscard]] std::int64_t warmup_bars() const noexcept;
};

inline constexpr int kMacdFast = 12;
inline constexpr int kMacdSlow = 26;

/// One bar's value of every series but those that are made of averages.
struct SeriesInputs {
    std::array<double, kSeries> values;
    double& operator[](Series series) noexcept { return values[static_cast<std::size_t>(series)]; }
    double operator[](Series series) const noexcept { return values[static_cast<std::size_t>(series)]; }
};

/// Where each average of a plan has its slot.
class SmoothingLayout {
   public:
    explicit SmoothingLayout(std::span<const Smoothing> smoothings);

    struct Slot {
        Smoothing smoothing;
        double alpha;
        std::int64_t first_input;
        std::int64_t seed_at;  ///< bar at which the seed is complete
        int seed_inputs;
    };

    [[nodiscard]] std::span<const Slot> slots() const noexcept { return slots_; }
    [[nodiscard]] std::size_t slot(Forgetting forgetting, Series series, int length) const noexcept {
        return index_[key(forgetting, series, length)];
    }
    [[nodiscard]] bool uses(Series series) const noexcept;

   private:
    static constexpr std::size_t kLengths = 256;
    static constexpr std::uint8_t kUnused = 255;

    [[nodiscard]] static std::size_t key(Forgetting forgetting, Series series, int length) noexcept {
        return (static_cast<std::size_t>(forgetting) * kSeries + static_cast<std::size_t>(series)) * kLengths +
               static_cast<std::size_t>(length);
    }

    std::vector<Slot> slots_;
    std::vector<std::uint8_t> index_;
};

/// The recursive averages of one symbol on one timeframe.
class Smoothings {
   public:
    explicit Smoothings(const SmoothingLayout& layout) : layout_(&layout), values_(layout.slots().size(), 0.0) {}

    /// Take in the inputs of bar `index`.
    void update(std::int64_t index, SeriesInputs inputs) noexcept;

    [[nodiscard]] double value(Forgetting forgetting, Series series, int length) const noexcept {
        return values_[layout_->slot(forgetting, series, length)];
    }

    void reset() noexcept { values_.assign(values_.size(), 0.0); }
    void save(ByteWriter& writer) const { writer.put_all(std::span<const double>(values_)); }
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept { return values_.size() * sizeof(double); }

   private:
    const SmoothingLayout* layout_;
    std::vector<double> values_;
};

}  // namespace foxml::features
