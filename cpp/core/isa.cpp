#include "core/isa.hpp"

#include <cstdlib>
#include <string>

#include "core/errors.hpp"

namespace foxml {

std::string_view name_of(Isa isa) noexcept {
    switch (isa) {
        case Isa::scalar:
            return "scalar";
        case Isa::avx2:
            return "avx2";
        case Isa::avx512:
            return "avx512";
    }
    return "";
}

Isa widest_isa() noexcept {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
        return Isa::avx512;
    }
    return __builtin_cpu_supports("avx2") ? Isa::avx2 : Isa::scalar;
}

Isa isa_from(const char* forced, Isa widest) {
    if (forced == nullptr || *forced == '\0') {
        return widest;
    }
    const std::string_view name(forced);
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
        if (name == name_of(isa)) {
            if (isa > widest) {
                throw InvalidInput("FOXML_ISA is " + std::string(name) + ", and this machine's widest is " +
                                   std::string(name_of(widest)));
            }
            return isa;
        }
    }
    throw InvalidInput("FOXML_ISA is '" + std::string(name) + "', expected scalar, avx2 or avx512");
}

Isa chosen_isa() {
    static const Isa chosen = isa_from(std::getenv("FOXML_ISA"), widest_isa());
    return chosen;
}

}  // namespace foxml
