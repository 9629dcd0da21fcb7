// Drives the C APIs of LightGBM and XGBoost, and functions that compilers of trees made, for benchmarks. The libraries
// are those of the Python packages, whose headers are not shipped: each function is declared here.

#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

std::string last_error;

template <typename Function>
Function symbol(void* library, const char* name) {
    void* const found = library == nullptr ? nullptr : dlsym(library, name);
    if (found == nullptr) {
        const char* const why = dlerror();
        throw std::runtime_error(std::string(name) + ": " + (why == nullptr ? "not found" : why));
    }
    return reinterpret_cast<Function>(found);
}

void check(int code, const char* what) {
    if (code != 0) {
        throw std::runtime_error(std::string(what) + " returned " + std::to_string(code));
    }
}

/// LightGBM's numbers for float32 values and raw scores.
constexpr int kFloat32 = 0;
constexpr int kRawScore = 1;

struct LightGbm {
    using Row = int (*)(void*, const void*, std::int64_t*, double*);
    using Rows = int (*)(void*, const void*, int, std::int32_t, std::int32_t, int, int, int, int, const char*,
                         std::int64_t*, double*);

    void* booster = nullptr;
    void* fast = nullptr;
    int features;
    Row row;
    Rows rows;

    LightGbm(const char* library, const char* model, int feature_count) : features(feature_count) {
        void* const opened = dlopen(library, RTLD_NOW);
        const auto create = symbol<int (*)(const char*, int*, void**)>(opened, "LGBM_BoosterCreateFromModelfile");
        const auto prepare = symbol<int (*)(void*, int, int, int, int, int, const char*, void**)>(
            opened, "LGBM_BoosterPredictForMatSingleRowFastInit");
        row = symbol<Row>(opened, "LGBM_BoosterPredictForMatSingleRowFast");
        rows = symbol<Rows>(opened, "LGBM_BoosterPredictForMat");
        int iterations = 0;
        check(create(model, &iterations, &booster), "LGBM_BoosterCreateFromModelfile");
        check(prepare(booster, kRawScore, 0, -1, kFloat32, features, "num_threads=1", &fast),
              "LGBM_BoosterPredictForMatSingleRowFastInit");
    }
};

struct XgBoost {
    using Predict = int (*)(void*, const char*, const char*, void*, const std::uint64_t**, std::uint64_t*,
                            const float**);

    void* booster = nullptr;
    void* proxy = nullptr;
    int features;
    Predict predict;

    XgBoost(const char* library, const char* model, int feature_count) : features(feature_count) {
        void* const opened = dlopen(library, RTLD_NOW);
        const auto create = symbol<int (*)(const void*, std::uint64_t, void**)>(opened, "XGBoosterCreate");
        const auto load = symbol<int (*)(void*, const char*)>(opened, "XGBoosterLoadModel");
        const auto set = symbol<int (*)(void*, const char*, const char*)>(opened, "XGBoosterSetParam");
        const auto make_proxy = symbol<int (*)(void**)>(opened, "XGProxyDMatrixCreate");
        predict = symbol<Predict>(opened, "XGBoosterPredictFromDense");
        check(create(nullptr, 0, &booster), "XGBoosterCreate");
        check(load(booster, model), "XGBoosterLoadModel");
        check(set(booster, "nthread", "1"), "XGBoosterSetParam");
        check(make_proxy(&proxy), "XGProxyDMatrixCreate");
    }
};

constexpr const char* kMargins =
    "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false,"
    "\"missing\":NaN}";

using Lleaves = void (*)(const double*, double*, int, int);
using Compiled = void (*)(const void*, int, void*);

template <typename Made, typename... Arguments>
void* opened(Arguments... arguments) {
    try {
        return new Made(arguments...);
    } catch (const std::exception& error) {
        last_error = error.what();
        return nullptr;
    }
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) const char* peer_error() { return last_error.c_str(); }

__attribute__((visibility("default"))) void* lightgbm_open(const char* library, const char* model, int features) {
    return opened<LightGbm>(library, model, features);
}

__attribute__((visibility("default"))) void lightgbm_floats(void* context, const void* rows, std::int64_t count,
                                                            double* scores) {
    auto* const model = static_cast<LightGbm*>(context);
    std::int64_t length = 0;
    if (count == 1) {
        model->row(model->fast, rows, &length, scores);
    } else {
        model->rows(model->booster, rows, kFloat32, static_cast<std::int32_t>(count), model->features, 1, kRawScore, 0,
                    -1, "num_threads=1", &length, scores);
    }
}

__attribute__((visibility("default"))) void* xgboost_open(const char* library, const char* model, int features) {
    return opened<XgBoost>(library, model, features);
}

__attribute__((visibility("default"))) void xgboost_floats(void* context, const void* rows, std::int64_t count,
                                                           double* scores) {
    auto* const model = static_cast<XgBoost*>(context);
    char array[192];
    std::snprintf(array, sizeof(array), R"({"data":[%llu,true],"shape":[%lld,%d],"typestr":"<f4","version":3})",
                  static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(rows)),
                  static_cast<long long>(count), model->features);
    const std::uint64_t* shape = nullptr;
    std::uint64_t dimensions = 0;
    const float* margins = nullptr;
    model->predict(model->booster, array, kMargins, model->proxy, &shape, &dimensions, &margins);
    for (std::int64_t i = 0; i < count && margins != nullptr; ++i) {
        scores[i] = static_cast<double>(margins[i]);
    }
}

/// A library that lleaves compiled; its rows are doubles.
__attribute__((visibility("default"))) void* lleaves_open(const char* library, const char*, int) try {
    return reinterpret_cast<void*>(symbol<Lleaves>(dlopen(library, RTLD_NOW), "forest_root"));
} catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
}

__attribute__((visibility("default"))) void lleaves_doubles(void* context, const void* rows, std::int64_t count,
                                                            double* scores) {
    reinterpret_cast<Lleaves>(context)(static_cast<const double*>(rows), scores, 0, static_cast<int>(count));
}

struct CompiledRows {
    Compiled predict;
    int features;
};

/// A library that tl2cgen compiled; its rows are entries, a value or -1 for what is missing, of the model's precision.
__attribute__((visibility("default"))) void* tl2cgen_open(const char* library, const char*, int features) try {
    return new CompiledRows{symbol<Compiled>(dlopen(library, RTLD_NOW), "predict"), features};
} catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
}

__attribute__((visibility("default"))) void tl2cgen_floats(void* context, const void* rows, std::int64_t count,
                                                           double* scores) {
    const auto* const model = static_cast<CompiledRows*>(context);
    const auto* row = static_cast<const float*>(rows);
    for (std::int64_t i = 0; i < count; ++i, row += model->features) {
        float score = 0.0F;
        model->predict(row, 1, &score);
        scores[i] = static_cast<double>(score);
    }
}

__attribute__((visibility("default"))) void tl2cgen_doubles(void* context, const void* rows, std::int64_t count,
                                                            double* scores) {
    const auto* const model = static_cast<CompiledRows*>(context);
    const auto* row = static_cast<const double*>(rows);
    for (std::int64_t i = 0; i < count; ++i, row += model->features) {
        scores[i] = 0.0;
        model->predict(row, 1, scores + i);
    }
}
}
