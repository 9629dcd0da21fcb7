#pragma once

#include <cstdint>

namespace foxml::test {

/// Functions of core/lanes.hpp on eight numbers in memory, compiled for one instruction set.
struct LaneKernels {
    void (*log)(const double* x, double* out);
    void (*root)(const double* x, double* out);
    void (*real)(const std::int64_t* x, double* out);
    void (*rounded)(const double* x, std::int64_t* out);
    /// low and high of a b, of n (a b), and the double of it.
    void (*product)(const std::int64_t* a, const std::int64_t* b, int n, std::uint64_t* low, std::uint64_t* high,
                    double* out);
    /// low and high of (a b) - (b b), and of (a b) + (b b).
    void (*sums)(const std::int64_t* a, const std::int64_t* b, std::uint64_t* low, std::uint64_t* high,
                 std::uint64_t* low_sum, std::uint64_t* high_sum);
    /// In each lane the sum of all up to it: of a, and of (a b).
    void (*running)(const std::int64_t* a, const std::int64_t* b, std::int64_t* sums, std::uint64_t* low,
                    std::uint64_t* high);
    /// Eight rows of eight become columns.
    void (*transpose)(const double* rows, double* out);
    void (*floats)(const double* x, float* out);
};

extern const LaneKernels kAvx2Kernels;
extern const LaneKernels kAvx512Kernels;

}  // namespace foxml::test
