#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "trees/forest.hpp"

namespace foxml::trees {

/// A feature seen through one way of treating missing values, with thresholds of the splits on it.
///
/// A value's rank is the number of thresholds below it, so `value <= thresholds[k]` is `rank <= k`:
///
///     thresholds  1.0  2.5  4.0        value  0.5  1.0  3.0  9.0
///     number k     0    1    2         rank    0    0    2    3
struct Column {
    std::int32_t feature;
    Missing missing;
    bool default_left;
    std::vector<double> thresholds;  ///< ascending, at most kMostThresholds
};

/// All columns of a forest. Thresholds beyond those that a byte can count go to further columns of the same feature.
///
/// The first `first_count` columns are of different features, in the order of the features.
class Columns {
   public:
    static constexpr std::size_t kMostThresholds = 255;

    explicit Columns(const Forest& forest);

    struct Place {
        std::uint32_t column;
        std::uint8_t number;  ///< the value goes right where its rank is above this
    };

    [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }
    [[nodiscard]] std::size_t first_count() const noexcept { return first_count_; }
    [[nodiscard]] const Column& operator[](std::size_t i) const noexcept { return columns_[i]; }
    [[nodiscard]] Place place(const Split& split) const;
    /// A threshold as the columns hold it.
    [[nodiscard]] double normal(double threshold) const noexcept;

   private:
    using Key = std::tuple<std::int32_t, Missing, bool>;
    struct Family {
        std::vector<double> thresholds;
        std::vector<std::uint32_t> columns;
    };

    [[nodiscard]] static Key key_of(const Split& split) noexcept;
    void add(const Key& key, Family& family, std::size_t chunk);

    std::vector<Column> columns_;
    std::map<Key, Family> families_;
    std::size_t first_count_ = 0;
    Inputs inputs_;
};

}  // namespace foxml::trees
