#include "features/entropy.hpp"

#include <array>
#include <cstddef>

#include "core/numerics.hpp"

namespace foxml::features {

namespace {

std::array<double, 256> count_logs() noexcept {
    std::array<double, 256> table{};
    for (std::size_t count = 1; count < table.size(); ++count) {
        table[count] = static_cast<double>(count) * log(static_cast<double>(count));
    }
    return table;
}

const std::array<double, 256> kCountLogs = count_logs();  // c ln c

}  // namespace

double entropy_of_counts(std::uint64_t counts, int total) noexcept {
    double logs = 0.0;
    for (int shift = 0; shift < 64; shift += 8) {
        logs += kCountLogs[counts >> shift & 0xff];
    }
    const double spread = kCountLogs[static_cast<std::size_t>(total)] - logs;
    return (spread > 0.0 ? spread : 0.0) / static_cast<double>(total);
}

}  // namespace foxml::features
