#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace foxml::features {

/// Integers of a formula, in the order of its row's parameters: windows, lags, lengths, minutes of a higher timeframe.
struct Params {
    int a = 0;
    int b = 0;
    int c = 0;
    int d = 0;

    bool operator==(const Params&) const = default;
};

/// An integer of a formula that a plan may set otherwise, within its bounds.
struct Parameter {
    std::string_view name;
    int value;  ///< unless a plan says otherwise
    int minimum;
    int maximum;
};

/// The parameters of a row, at most four.
class Parameters {
   public:
    static constexpr std::size_t kMax = 4;

    constexpr Parameters(std::initializer_list<Parameter> parameters) {
        for (const Parameter& parameter : parameters) {
            all_[count_++] = parameter;
        }
    }

    [[nodiscard]] constexpr const Parameter* begin() const noexcept { return all_.data(); }
    [[nodiscard]] constexpr const Parameter* end() const noexcept { return all_.data() + count_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
    [[nodiscard]] constexpr const Parameter& operator[](std::size_t i) const noexcept { return all_[i]; }
    [[nodiscard]] constexpr Params values() const noexcept {
        return {all_[0].value, all_[1].value, all_[2].value, all_[3].value};
    }

   private:
    std::array<Parameter, kMax> all_{};
    std::size_t count_ = 0;
};

}  // namespace foxml::features
