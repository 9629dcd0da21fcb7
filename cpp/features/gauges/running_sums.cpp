#include "features/gauges/running_sums.hpp"

namespace foxml::features {

double wide_codispersion(int n, const Int256& xy, Int128 x, Int128 y) noexcept {
    return to_double(product(std::int64_t{n}, xy) - product(x, y));
}

}  // namespace foxml::features
