#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "features/catalogue.hpp"
#include "features/interleaved.hpp"
#include "features/layout.hpp"
#include "features/requirements.hpp"
#include "features/ring_place.hpp"

namespace foxml::features {

/// Which cells of one symbol's row are computed eight at a time: cells of one formula that differ in its integers,
/// which mostly are windows. A lane is a choice of the integers.
///
///     sma_dist    w = 6 10 14 20 30 45 60 90     reads   sum(close, w)     one vector, which
///     slope       w = 6 10 14 20 30 45 60 90             sum(close, w)     both groups share
///
/// What the groups read is gathered first, once for all of them, into the slots of a scratch.
class WindowPlan {
   public:
    static constexpr std::size_t kLanes = kBlockLanes;
    /// Vectors in a scratch.
    static constexpr std::size_t kSlotsMax = 256;

    /// An integer, or a place, of each lane.
    struct alignas(64) Numbers : std::array<std::int64_t, kLanes> {};

    /// An integer of a formula in each lane.
    struct Integers {
        Numbers whole{};
        alignas(64) std::array<double, kLanes> real{};
    };

    /// Where a group finds what its formula reads.
    struct Place {
        std::uint64_t key;  ///< of the read
        std::size_t slot;
    };

    /// Entries that run together. Lanes beyond them are a repetition of the first.
    struct Group {
        std::size_t number;  ///< of the formula's row in the catalogue
        std::array<Integers, Parameters::kMax> integers;
        std::vector<Place> places;
        std::array<std::uint32_t, kLanes> cells;  ///< places in the row
        bool adjacent;                            ///< one after the other there
    };

    /// A word in each lane of a ring's memory, so many bars before the last.
    struct Words {
        Numbers offsets{};  ///< see RingPlace
        Numbers masks{};
        Numbers strides{};
        Numbers lags{};

        void set(std::size_t lane, const RingPlace& place, std::int64_t lag) noexcept {
            offsets[lane] = static_cast<std::int64_t>(place.offset);
            masks[lane] = place.mask;
            strides[lane] = place.stride;
            lags[lane] = lag;
        }
        auto operator<=>(const Words&) const = default;
    };

    /// What was added up of a column to some rows, less what up to earlier ones.
    struct Sum {
        std::size_t word;  ///< behind that of the rows
        std::size_t slot;
    };

    /// Sums from the same rows to the last bar.
    struct Sums {
        Words early;
        RingPlace last;
        std::vector<Sum> narrow;
        std::vector<Sum> wide;  ///< of two words, into two slots
    };

    /// A sum to rows that are not all the last.
    struct LaggedSum {
        Words early;
        Words late;
        std::size_t slot;
        bool wide;
    };

    /// Words of two rows of the extrema, the larger of which is the maximum.
    struct Maximum {
        Words early;
        Words late;
        std::size_t slot;
    };

    /// How long ago a maximum was.
    struct Since {
        Numbers windows{};
        Numbers levels{};               ///< of the window
        std::vector<RingPlace> places;  ///< of each level
        std::size_t maximum;            ///< its slot
        std::size_t slot;
    };

    struct Average {
        Words words;
        bool adjacent;  ///< one after the other
        std::size_t slot;
    };

    /// A cell of the row that may be computed together with others.
    struct Candidate {
        std::size_t cell;
        const FeatureInfo* feature;
        std::size_t number;  ///< its place in the catalogue
        Params values;
    };

    WindowPlan(std::span<const Candidate> candidates, std::int64_t interval_ns, const Layout& layout);

    [[nodiscard]] std::span<const Group> groups() const noexcept { return groups_; }
    [[nodiscard]] std::span<const Sums> sums() const noexcept { return sums_; }
    [[nodiscard]] std::span<const LaggedSum> lagged_sums() const noexcept { return lagged_sums_; }
    [[nodiscard]] std::span<const Maximum> maxima() const noexcept { return maxima_; }
    [[nodiscard]] std::span<const Since> since() const noexcept { return since_; }
    [[nodiscard]] std::span<const Average> averages() const noexcept { return averages_; }
    /// Whether a cell is in one of the groups.
    [[nodiscard]] bool holds(std::size_t cell) const noexcept { return cell < held_.size() && held_[cell]; }

   private:
    using Reads = std::array<FormulaRead, kLanes>;

    void add(std::span<const Candidate> members, std::int64_t interval_ns);
    [[nodiscard]] std::size_t slot_of(const Reads& lanes);
    void gather(const Reads& lanes, std::size_t slot);
    void gather_sum(const Reads& lanes, std::size_t slot);
    void gather_maximum(const Reads& lanes, std::size_t slot);
    void gather_since(const Reads& lanes, std::size_t slot);
    void gather_average(const Reads& lanes, std::size_t slot);
    [[nodiscard]] RingPlace level_place(const FormulaRead& read, std::size_t level) const;
    void add_sum(const Words& early, std::size_t slot, bool wide);

    const Layout* layout_;
    std::vector<Group> groups_;
    std::vector<Sums> sums_;
    std::vector<LaggedSum> lagged_sums_;
    std::vector<Maximum> maxima_;
    std::vector<Since> since_;
    std::vector<Average> averages_;
    std::vector<bool> held_;
    std::map<std::vector<std::uint64_t>, std::size_t> slots_;  ///< of what was read already
    std::size_t slot_count_ = 0;
};

}  // namespace foxml::features
