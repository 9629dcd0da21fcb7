#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "features/bar.hpp"

namespace foxml::fuzz {

using Random = std::mt19937_64;

[[nodiscard]] inline bool one_in(Random& random, std::uint64_t count) { return random() % count == 0; }

/// From `first` to `last`.
[[nodiscard]] inline std::int64_t between(Random& random, std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first + 1));
}

/// The moments of slices: sessions of all lengths, bars that are missing, short or off the grid.
class Calendar {
   public:
    Calendar(std::int64_t interval_ns, std::int64_t first_open_ns)
        : interval_ns_(interval_ns), close_ns(first_open_ns) {
        session_close_ns = first_open_ns;
    }

    /// False once the numbers end.
    [[nodiscard]] bool advance(Random& random) {
        const std::int64_t bars = one_in(random, 16) ? between(random, 2, 40) : 1;
        std::int64_t next_ns = 0;
        if (__builtin_add_overflow(close_ns, bars * interval_ns_, &next_ns)) {
            return false;
        }
        if (next_ns > session_close_ns) {
            if (close_ns < session_close_ns && one_in(random, 2)) {
                close_ns = session_close_ns;  // a short last bar
                return true;
            }
            return begin_session(random);
        }
        close_ns = one_in(random, 64) ? close_ns + between(random, 1, interval_ns_) : next_ns;
        return true;
    }

   private:
    [[nodiscard]] bool begin_session(Random& random) {
        constexpr std::int64_t kHourNs = 60 * features::kMinuteNs;
        constexpr std::int64_t kYearNs = 365 * 24 * kHourNs;
        const std::array<std::int64_t, 6> pauses{0, 0, 17 * kHourNs + kHourNs / 2, 64 * kHourNs, 1, 3 * kYearNs};
        const std::array<std::int64_t, 6> lengths{kHourNs * 13 / 2, kHourNs * 13 / 2, 24 * kHourNs,
                                                  kHourNs * 7 / 2,  kHourNs,          7 * 24 * kHourNs};
        const std::int64_t pause = pauses[random() % (one_in(random, 64) ? 6 : 5)];
        const std::int64_t length = one_in(random, 4096) ? 90 * kYearNs : lengths[random() % 6];
        if (__builtin_add_overflow(session_close_ns, pause, &session_open_ns) ||
            __builtin_add_overflow(session_open_ns, length, &session_close_ns)) {
            return false;
        }
        close_ns = length < interval_ns_ ? session_close_ns : session_open_ns + interval_ns_;
        return true;
    }

    std::int64_t interval_ns_;

   public:
    std::int64_t close_ns;
    std::int64_t session_open_ns = 0;
    std::int64_t session_close_ns = 0;
};

/// How the bars of a stretch look.
enum class Regime : std::uint8_t { calm, usual, flat, heavy, leaps, wide, ends, cheap, count };

/// Bars of one symbol on its grid, at the guards more often than in real life.
class Tape {
   public:
    static constexpr std::int64_t kMost = features::kUnitsMax - 1;

    Tape(features::Scale scale, std::int64_t close_units) : scale_(scale), close_units_(close_units) {}

    /// A bar that could come next. `took` says that it did.
    [[nodiscard]] features::Bar draw(Random& random, Regime regime, const Calendar& at) {
        std::int64_t open = moved(random, regime, false);
        drawn_close_units_ = moved(random, regime, true);
        if (regime == Regime::flat) {
            open = drawn_close_units_;
        }
        std::int64_t high = std::max(open, drawn_close_units_);
        std::int64_t low = std::min(open, drawn_close_units_);
        if (regime == Regime::wide && one_in(random, 2)) {
            high = between(random, high, kMost);
            low = one_in(random, 2) ? 1 : between(random, 1, low);
        } else if (regime != Regime::flat) {
            high = std::min(high + between(random, 0, 4), kMost);
            low = std::max<std::int64_t>(low - between(random, 0, 4), 1);
        }
        ++drawn_;
        const double grid = scale_.price_grid;
        return {at.close_ns,
                at.session_open_ns,
                at.session_close_ns,
                static_cast<double>(open) * grid,
                static_cast<double>(high) * grid,
                static_cast<double>(low) * grid,
                static_cast<double>(drawn_close_units_) * grid,
                static_cast<double>(volume(random, regime)) * scale_.volume_unit};
    }

    void took() noexcept { close_units_ = drawn_close_units_; }

    void adjust(double factor) noexcept {
        const double units = std::round(static_cast<double>(close_units_) * factor);
        close_units_ = static_cast<std::int64_t>(std::clamp(units, 1.0, static_cast<double>(kMost)));
    }

   private:
    [[nodiscard]] std::int64_t moved(Random& random, Regime regime, bool is_close) const {
        const std::int64_t from = close_units_;
        const auto bounded = [](std::int64_t units) { return std::clamp<std::int64_t>(units, 1, kMost); };
        switch (regime) {
            case Regime::usual:
            case Regime::heavy:
                return bounded(from + between(random, -from / 50 - 1, from / 50 + 1));
            case Regime::flat:
                return from;
            case Regime::leaps: {
                const std::int64_t by = one_in(random, 3) ? features::kMoveMax : between(random, 1, features::kMoveMax);
                return one_in(random, 2)   ? bounded(from / by + (from % by != 0))
                       : from > kMost / by ? kMost
                                           : from * by;
            }
            case Regime::ends: {
                // The body from one end of what is allowed to the other, and back at the next bar.
                const bool up = is_close == (drawn_ % 2 == 0);
                return up ? (from > kMost / features::kMoveMax ? kMost : from * features::kMoveMax)
                          : bounded((from + features::kMoveMax - 1) / features::kMoveMax);
            }
            case Regime::cheap:
                return from > 64 ? bounded(from / 2) : between(random, 1, 8);
            default:
                return bounded(from + between(random, -3, 3));
        }
    }

    [[nodiscard]] std::int64_t volume(Random& random, Regime regime) const {
        if (regime == Regime::flat || one_in(random, 50)) {
            return 0;
        }
        if (regime == Regime::heavy || regime == Regime::ends) {
            return drawn_ % 2 == 0 || one_in(random, 4) ? kMost - between(random, 0, 9) : 0;
        }
        return one_in(random, 200) ? between(random, 0, kMost) : between(random, 0, 100'000);
    }

    features::Scale scale_;
    std::int64_t close_units_;
    std::int64_t drawn_close_units_ = 1;
    std::uint64_t drawn_ = 0;
};

}  // namespace foxml::fuzz
