#include "trees/model_file.hpp"

#include "core/errors.hpp"
#include "trees/foxml_json.hpp"
#include "trees/lightgbm_text.hpp"

namespace foxml::trees {

Forest read_model_file(std::string_view bytes, const std::string& source, Iterations iterations) {
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        throw InvalidInput(source + ": the file is empty");
    }
    if (bytes.starts_with(kFoxmlJson)) {
        return read_foxml_json(bytes, source);
    }
    if (bytes[first] == '{' || bytes.starts_with("binf") || bytes.starts_with("CONFIG-")) {
        return read_xgboost(bytes, source, iterations);
    }
    if (bytes.starts_with("tree\n") || bytes.starts_with("tree\r\n")) {
        return read_lightgbm_text(bytes, source);
    }
    throw InvalidInput(source + ": expected a model that LightGBM saved as text, or XGBoost as JSON or UBJSON");
}

}  // namespace foxml::trees
