// What a bar must cost whatever else is done: divisions, square roots, window ends and stores, and nothing between
// them.
//
// Eight values side by side where the processor has AVX-512, else four and four. No result depends on another, all
// inputs lie in the nearest cache: no engine that divides exactly can be faster.

#include <immintrin.h>
#include <time.h>

#include <algorithm>
#include <cstdint>

namespace {

constexpr int kLanes = 8;
constexpr int kVectors = 64;
constexpr int kRows = 8;
constexpr int kRing = 512;

double process_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Memory {
    alignas(64) double upper[kLanes * kVectors];
    alignas(64) double lower[kLanes * kVectors];
    alignas(64) std::int64_t ring[kRing];
    alignas(64) float rows[kRows][kLanes * kVectors];
};

Memory& memory() {
    static Memory made = [] {
        Memory m{};
        for (int i = 0; i < kLanes * kVectors; ++i) {
            m.upper[i] = 1.5 + i * 0.37;
            m.lower[i] = 3.1 + i * 0.7;
        }
        for (int i = 0; i < kRing; ++i) {
            m.ring[i] = 1000 + i;
        }
        return m;
    }();
    return made;
}

struct Work {
    int divisions;
    int roots;
    int reads;
    int stores;
};

/// Window ends lie apart: one plain load each, which the core does fastest, and no cost of bringing them together.
inline void read_ends(const Memory& m, int reads) {
#pragma GCC unroll 16
    for (int i = 0; i < kLanes * reads; ++i) {
        asm volatile("" ::"r"(m.ring[i]));
    }
}

__attribute__((target("avx512f,avx512vl,avx512dq"))) void bar512(Memory& m, float* row, const Work& work) {
    read_ends(m, work.reads);
    for (int i = 0; i < work.roots; ++i) {
        const __m512d root = _mm512_sqrt_pd(_mm512_load_pd(m.upper + kLanes * i));
        asm volatile("" ::"v"(root));
    }
    for (int i = 0; i < work.divisions; ++i) {
        const __m512d ratio = _mm512_div_pd(_mm512_load_pd(m.upper + kLanes * i), _mm512_load_pd(m.lower + kLanes * i));
        if (i < work.stores) {
            _mm256_storeu_ps(row + kLanes * i, _mm512_cvtpd_ps(ratio));
        } else {
            asm volatile("" ::"v"(ratio));
        }
    }
}

__attribute__((target("avx2"))) void bar256(Memory& m, float* row, const Work& work) {
    read_ends(m, work.reads);
    for (int i = 0; i < 2 * work.roots; ++i) {
        const __m256d root = _mm256_sqrt_pd(_mm256_load_pd(m.upper + 4 * i));
        asm volatile("" ::"x"(root));
    }
    for (int i = 0; i < 2 * work.divisions; ++i) {
        const __m256d ratio = _mm256_div_pd(_mm256_load_pd(m.upper + 4 * i), _mm256_load_pd(m.lower + 4 * i));
        if (i < 2 * work.stores) {
            _mm_storeu_ps(row + 4 * i, _mm256_cvtpd_ps(ratio));
        } else {
            asm volatile("" ::"x"(ratio));
        }
    }
}

}  // namespace

extern "C" {

/// Seconds of `bars` bars, or -1 where the processor has no AVX2 or the work does not fit the memory.
double floor_seconds(int divisions, int roots, int reads, int stores, std::int64_t bars) {
    const Work work{divisions, roots, reads, stores};
    const int most = std::max({divisions, roots, stores});
    if (!__builtin_cpu_supports("avx2") || most > kVectors || stores > divisions || 8 * reads > kRing) {
        return -1.0;
    }
    const auto bar = __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") ? bar512 : bar256;
    Memory& m = memory();
    const double start = process_seconds();
    for (std::int64_t i = 0; i < bars; ++i) {
        bar(m, m.rows[i % kRows], work);
        asm volatile("" ::: "memory");
    }
    return process_seconds() - start;
}
}
