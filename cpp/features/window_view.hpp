#pragma once

#include "features/count.hpp"
#include "features/lane_view.hpp"
#include "features/smoothing.hpp"
#include "features/window_source.hpp"

// FOXML_LANES_ISA names the instruction set of the file that includes this.

namespace foxml::features {

namespace {

#define FOXML_WINDOW [[nodiscard, gnu::always_inline]] inline

/// An integer of a formula in eight lanes, and its form: see Count.
struct CountVector {
    [[gnu::always_inline]] CountVector(int value) noexcept  // NOLINT: a number is the same in every lane
        : whole(value), real(value), form(static_cast<CountForm>(static_cast<std::int64_t>(value))) {}
    [[gnu::always_inline]] CountVector(IntVector ints, RealVector reals, CountForm of) noexcept
        : whole(ints), real(reals), form(of) {}
    [[gnu::always_inline]] CountVector(const WindowPlan::Integers& integers, CountForm of) noexcept
        : whole(IntVector::load(&integers.whole)), real(RealVector::load(&integers.real)), form(of) {}

    IntVector whole;
    RealVector real;  ///< the same numbers
    CountForm form;
};

FOXML_WINDOW CountVector operator+(const CountVector& a, const CountVector& b) noexcept {
    return {a.whole + b.whole, a.real + b.real, a.form + b.form};
}
FOXML_WINDOW CountVector operator-(const CountVector& a, const CountVector& b) noexcept {
    return {a.whole - b.whole, a.real - b.real, a.form - b.form};
}
FOXML_WINDOW CountVector operator+(const CountVector& a, int b) noexcept { return a + CountVector(b); }
FOXML_WINDOW CountVector operator+(int a, const CountVector& b) noexcept { return CountVector(a) + b; }
FOXML_WINDOW CountVector operator-(const CountVector& a, int b) noexcept { return a - CountVector(b); }
FOXML_WINDOW CountVector operator*(int times, const CountVector& b) noexcept {
    return {times * b.whole, times * b.real, static_cast<CountForm>(static_cast<std::int64_t>(times)) * b.form};
}

// With other numbers a count is what those are.

#define FOXML_COUNT_OPERATOR(op)                                                                            \
    FOXML_WINDOW IntVector operator op(const CountVector& a, IntVector b) noexcept { return a.whole op b; } \
    FOXML_WINDOW IntVector operator op(IntVector a, const CountVector& b) noexcept { return a op b.whole; }
FOXML_COUNT_OPERATOR(+)
FOXML_COUNT_OPERATOR(-)
FOXML_COUNT_OPERATOR(*)
#undef FOXML_COUNT_OPERATOR

#define FOXML_COUNT_OPERATOR(op)                                                                             \
    FOXML_WINDOW RealVector operator op(const CountVector& a, RealVector b) noexcept { return a.real op b; } \
    FOXML_WINDOW RealVector operator op(RealVector a, const CountVector& b) noexcept { return a op b.real; } \
    FOXML_WINDOW RealVector operator op(const CountVector& a, double b) noexcept { return a.real op b; }     \
    FOXML_WINDOW RealVector operator op(double a, const CountVector& b) noexcept { return a op b.real; }
FOXML_COUNT_OPERATOR(+)
FOXML_COUNT_OPERATOR(-)
FOXML_COUNT_OPERATOR(*)
FOXML_COUNT_OPERATOR(/)
#undef FOXML_COUNT_OPERATOR

FOXML_WINDOW MaskLanes<FOXML_LANES_ISA> operator==(IntVector a, const CountVector& b) noexcept { return a == b.whole; }

FOXML_WINDOW IntVector integer(const CountVector& n) noexcept { return n.whole; }
FOXML_WINDOW IntVector triangle(const CountVector& n) noexcept { return shifted_right(n.whole * (n.whole + 1), 1); }

/// Upper half of the product of a number and a count.
FOXML_WINDOW lanes::Words upper_product_of(lanes::Words a, lanes::Words count) noexcept {
    constexpr std::uint64_t kHalf = 0xffffffffULL;
    return ((a >> 32) * count + ((a & kHalf) * count >> 32)) >> 32;
}
FOXML_WINDOW WideVector operator*(const CountVector& n, WideVector a) noexcept {
    return {a.low * n.whole.raw, a.high * n.whole.raw + upper_product_of(a.low, n.whole.raw)};
}
FOXML_WINDOW WideVector wrapping_product(const CountVector& n, WideVector a) noexcept { return n * a; }
FOXML_WINDOW WideVector product(const CountVector& n, IntVector a) noexcept { return n * widened(a); }

/// A source whose lengths are those of eight lanes.
struct SourceVector {
    [[gnu::always_inline]] SourceVector(Series of, const CountVector& first_length = 0,
                                        const CountVector& second_length = 0) noexcept  // NOLINT: as Source
        : series(of), first(first_length.form), second(second_length.form) {}

    Series series;
    CountForm first;
    CountForm second;
};

/// The integers of a group.
struct CountVectors {
    [[gnu::always_inline]] explicit CountVectors(const WindowPlan::Group& group) noexcept
        : a(group.integers[0], kFormOfA),
          b(group.integers[1], kFormOfB),
          c(group.integers[2], kFormOfC),
          d(group.integers[3], kFormOfD) {}

    CountVector a;
    CountVector b;
    CountVector c;
    CountVector d;
};

/// View's names for one symbol and eight choices of a formula's integers: what it reads was gathered before.
class WindowView {
   public:
    [[gnu::always_inline]] WindowView(const WindowSource& source, const WindowPlan::Group& group,
                                      const std::uint64_t* scratch) noexcept
        : source_(&source), places_(group.places.data()), scratch_(scratch) {}

    FOXML_WINDOW BarVector bar() const noexcept {
        const IntegerBar& bar = *source_->bar;
        return {bar.close_ns, bar.session_open_ns, bar.session_close_ns, bar.open, bar.high, bar.low,
                bar.close,    bar.volume};
    }
    FOXML_WINDOW IntVector index() const noexcept { return source_->index; }
    FOXML_WINDOW ScaleVector scale() const noexcept { return {source_->scale.price_grid, source_->scale.volume_unit}; }

    FOXML_WINDOW IntVector sum(Column column, const CountVector& window, const CountVector& lag = 0) const noexcept {
        return ints(read_key(ReadKind::sum, static_cast<unsigned>(column), window.form, lag.form));
    }
    FOXML_WINDOW WideVector sum(WideColumn column, const CountVector& window,
                                const CountVector& lag = 0) const noexcept {
        const std::uint64_t* const words =
            slot(read_key(ReadKind::wide_sum, static_cast<unsigned>(column), window.form, lag.form));
        return {IntVector::load(words).raw, IntVector::load(words + kLanes).raw};
    }
    FOXML_WINDOW IntVector close(const CountVector& lag) const noexcept { return sum(Column::close, 1, lag); }

    FOXML_WINDOW IntVector high(const CountVector& window, const CountVector& lag = 0) const noexcept {
        return maximum(Extremum::high, window, lag);
    }
    FOXML_WINDOW IntVector low(const CountVector& window, const CountVector& lag = 0) const noexcept {
        return -maximum(Extremum::low, window, lag);
    }
    FOXML_WINDOW IntVector high_close(const CountVector& window) const noexcept {
        return maximum(Extremum::high_close, window, 0);
    }
    FOXML_WINDOW IntVector low_close(const CountVector& window) const noexcept {
        return -maximum(Extremum::low_close, window, 0);
    }
    FOXML_WINDOW IntVector since_high(const CountVector& window) const noexcept {
        return since(Extremum::high, window);
    }
    FOXML_WINDOW IntVector since_low(const CountVector& window) const noexcept { return since(Extremum::low, window); }

    FOXML_WINDOW RealVector ema(const SourceVector& of, const CountVector& length,
                                const CountVector& lag = 0) const noexcept {
        return average(Forgetting::ema, of, length, lag);
    }
    FOXML_WINDOW RealVector rma(const SourceVector& of, const CountVector& length,
                                const CountVector& lag = 0) const noexcept {
        return average(Forgetting::rma, of, length, lag);
    }
    FOXML_WINDOW RealVector decayed(const SourceVector& of, const CountVector& percent,
                                    const CountVector& lag = 0) const noexcept {
        return average(Forgetting::decay, of, percent, lag);
    }

   private:
    /// Of a read that the plan knows. Its key is a constant, and a group has few places.
    FOXML_WINDOW const std::uint64_t* slot(std::uint64_t key) const noexcept {
        const WindowPlan::Place* place = places_;
        while (place->key != key) {
            ++place;
        }
        return scratch_ + place->slot * kLanes;
    }
    FOXML_WINDOW IntVector ints(std::uint64_t key) const noexcept { return IntVector::load(slot(key)); }
    FOXML_WINDOW IntVector maximum(Extremum extremum, const CountVector& window,
                                   const CountVector& lag) const noexcept {
        return ints(read_key(ReadKind::maximum, static_cast<unsigned>(extremum), window.form, lag.form));
    }
    FOXML_WINDOW IntVector since(Extremum extremum, const CountVector& window) const noexcept {
        return ints(read_key(ReadKind::since_maximum, static_cast<unsigned>(extremum), window.form, 0));
    }
    FOXML_WINDOW RealVector average(Forgetting forgetting, const SourceVector& of, const CountVector& length,
                                    const CountVector& lag) const noexcept {
        const unsigned what = static_cast<unsigned>(forgetting) * kSeries + static_cast<unsigned>(of.series);
        return RealVector::load(slot(read_key(ReadKind::average, what, length.form, lag.form, of.first, of.second)));
    }

    const WindowSource* source_;
    const WindowPlan::Place* places_;
    const std::uint64_t* scratch_;
};

#undef FOXML_WINDOW

}  // namespace

}  // namespace foxml::features
