#include "trees/predictor.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>

#include "core/errors.hpp"
#include "trees/blend.hpp"
#include "trees/plain_kernels.hpp"
#include "trees/sweep.hpp"

namespace foxml::trees {

namespace {

struct Maker {
    std::string_view name;
    bool needs_bytes;
    std::unique_ptr<Kernel> (*make)(const Forest&);
};

constexpr Maker kMakers[] = {
    {"blend", true, make_blend},
    {"sweep", true, make_sweep},
    {"interleaved", false, make_interleaved},
    {"reference", false, make_reference},
};

std::shared_ptr<const Kernel> made_by(const Maker& maker, const Forest& forest, const KernelChoice& choice) {
    if (maker.needs_bytes && !(choice.isa == Isa::avx512 && choice.has_bytes)) {
        return nullptr;
    }
    return maker.make(forest);
}

const Maker* forced_maker(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(kMakers), std::end(kMakers), [&](const Maker& maker) { return maker.name == name; });
    if (found != std::end(kMakers)) {
        return found;
    }
    std::string names;
    for (const Maker& maker : kMakers) {
        names += (names.empty() ? "" : ", ") + std::string(maker.name);
    }
    throw InvalidInput("FOXML_FOREST_KERNEL is '" + std::string(name) + "', expected one of " + names);
}

}  // namespace

KernelChoice chosen_kernels() {
    const char* const forced = std::getenv("FOXML_FOREST_KERNEL");
    KernelChoice choice{chosen_isa(), __builtin_cpu_supports("avx512vbmi") != 0, forced == nullptr ? "" : forced};
    if (!choice.forced.empty()) {
        static_cast<void>(forced_maker(choice.forced));
    }
    return choice;
}

Predictor::Predictor(const Forest& forest, const KernelChoice& choice) {
    if (!choice.forced.empty()) {
        row_ = made_by(*forced_maker(choice.forced), forest, choice);
    }
    for (const Maker& maker : kMakers) {
        if (row_ == nullptr) {
            row_ = made_by(maker, forest, choice);
        }
    }
    many_ = row_;
    const std::size_t bytes = std::max(row_->scratch_bytes(), many_->scratch_bytes());
    scratch_size_ = bytes / sizeof(double) + 1 + 64 / sizeof(double);
}

unsigned char* Predictor::lines_of(double* scratch) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(scratch);
    return reinterpret_cast<unsigned char*>((address + 63) / 64 * 64);
}

}  // namespace foxml::trees
