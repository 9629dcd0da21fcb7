#include "bindings/slice_call.hpp"

#include <pybind11/numpy.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "bindings/native_engine.hpp"
#include "bindings/refused_bar.hpp"
#include "core/errors.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

constexpr const char* kCapsule = "foxml slice call";

std::int64_t integer(PyObject* object) {
    const long long value = PyLong_AsLongLong(object);
    if (value == -1 && PyErr_Occurred() != nullptr) {
        throw py::error_already_set();
    }
    return value;
}

/// An array of NumPy's with memory of its own.
class NewArrays {
   public:
    explicit NewArrays(py::dtype dtype) : dtype_(std::move(dtype)) {}

    [[nodiscard]] py::array make(std::initializer_list<Py_intptr_t> shape) const {
        const auto& numpy = py::detail::npy_api::get();
        PyObject* const array =
            numpy.PyArray_NewFromDescr_(numpy.PyArray_Type_, dtype_.inc_ref().ptr(), static_cast<int>(shape.size()),
                                        shape.begin(), nullptr, nullptr, 0, nullptr);
        if (array == nullptr) {
            throw py::error_already_set();
        }
        return py::reinterpret_steal<py::array>(array);
    }

   private:
    py::dtype dtype_;
};

template <typename Value>
Value* data_of(const py::array& array) {
    return reinterpret_cast<Value*>(py::detail::array_proxy(array.ptr())->data);
}

class SliceCall {
   public:
    SliceCall(const py::object& engine, const py::type& result_type)
        : owner_(engine),
          engine_(engine.cast<NativeEngine&>()),
          symbols_(static_cast<py::ssize_t>(engine_.engine().symbol_count())),
          features_(static_cast<py::ssize_t>(engine_.engine().feature_count())),
          forests_(static_cast<py::ssize_t>(engine_.engine().scorer_count())),
          result_type_(result_type),
          slots_{result_type.attr("rows"), result_type.attr("ready"), result_type.attr("scores")},
          no_scores_(doubles_.make({symbols_, 0})) {
        for (const py::object& slot : slots_) {
            if (Py_TYPE(slot.ptr())->tp_descr_set == nullptr) {
                throw InvalidInput("result_type has no slots of that name");
            }
        }
    }

    [[nodiscard]] PyObject* operator()(PyObject* const* arguments) const {
        const engine::Slice slice{
            integer(arguments[0]), integer(arguments[1]), integer(arguments[2]),
            read<double>("ohlcv", arguments[3], {symbols_, 5}),
            reinterpret_cast<const std::uint8_t*>(read<bool>("present", arguments[4], {symbols_}))};
        const py::array rows = floats_.make({symbols_, features_});
        const py::array ready = bools_.make({symbols_});
        // Of no scores all arrays are the same.
        const py::array scores = forests_ == 0 ? no_scores_ : doubles_.make({symbols_, forests_});
        engine_.on_slice(slice, {data_of<float>(rows), data_of<std::uint8_t>(ready), data_of<double>(scores)});
        return result(rows, ready, scores);
    }

   private:
    template <typename Value>
    [[nodiscard]] static const Value* read(const char* name, PyObject* object,
                                           std::initializer_list<py::ssize_t> shape) {
        if (!py::array_t<Value, py::array::c_style>::check_(object)) {
            throw py::type_error(std::string(name) + ": found another kind of array, expected a plain one");
        }
        const auto* const array = py::detail::array_proxy(object);
        if (array->nd != static_cast<int>(shape.size()) || !std::equal(shape.begin(), shape.end(), array->dimensions)) {
            check_shape(name, py::reinterpret_borrow<py::array>(object), shape);
        }
        return reinterpret_cast<const Value*>(array->data);
    }

    [[nodiscard]] PyObject* result(const py::array& rows, const py::array& ready, const py::array& scores) const {
        auto* const type = reinterpret_cast<PyTypeObject*>(result_type_.ptr());
        py::object made = py::reinterpret_steal<py::object>(type->tp_alloc(type, 0));
        const std::array<const py::array*, 3> values{&rows, &ready, &scores};
        for (std::size_t i = 0; made && i < values.size(); ++i) {
            PyObject* const slot = slots_[i].ptr();
            if (Py_TYPE(slot)->tp_descr_set(slot, made.ptr(), values[i]->ptr()) != 0) {
                made = py::object();
            }
        }
        if (!made) {
            throw py::error_already_set();
        }
        return made.release().ptr();
    }

    NewArrays floats_{py::dtype::of<float>()};
    NewArrays bools_{py::dtype::of<bool>()};
    NewArrays doubles_{py::dtype::of<double>()};
    py::object owner_;
    NativeEngine& engine_;
    py::ssize_t symbols_;
    py::ssize_t features_;
    py::ssize_t forests_;
    py::type result_type_;
    std::array<py::object, 3> slots_;  ///< descriptors of rows, ready and scores
    py::array no_scores_;
};

PyObject* call(PyObject* capsule, PyObject* const* arguments, Py_ssize_t count) {
    if (count != 5) {
        PyErr_Format(PyExc_TypeError, "expected 5 arguments, found %zd", count);
        return nullptr;
    }
    try {
        return (*static_cast<const SliceCall*>(PyCapsule_GetPointer(capsule, kCapsule)))(arguments);
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const engine::RefusedBar& error) {
        set_refused_bar(error);
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const InvalidInput& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

PyMethodDef method{"on_slice", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(call)), METH_FASTCALL,
                   "Take in a slice."};

}  // namespace

py::object slice_call(const py::object& engine, const py::type& result_type) {
    auto made = std::make_unique<SliceCall>(engine, result_type);
    const py::capsule capsule(made.get(), kCapsule, [](PyObject* self) {
        delete static_cast<SliceCall*>(PyCapsule_GetPointer(self, kCapsule));
    });
    (void)made.release();
    PyObject* const function = PyCFunction_NewEx(&method, capsule.ptr(), nullptr);
    if (function == nullptr) {
        throw py::error_already_set();
    }
    return py::reinterpret_steal<py::object>(function);
}

}  // namespace foxml::bindings
