/// CustomResourceDefinitions and objects of the kinds they define: "definition", a line "---", "object".
#include "clusterd/apiserver/apiextensions/coercion.h"
#include "clusterd/apiserver/apiextensions/custom_version.h"
#include "clusterd/apiserver/apiextensions/defaulting.h"
#include "clusterd/apiserver/apiextensions/definition_validation.h"
#include "clusterd/apiserver/apiextensions/pruning.h"
#include "clusterd/apiserver/apiextensions/value_validation.h"
#include "core/api/canonical_json.h"
#include "core/api/codec.h"
#include "core/api/defaults.h"
#include "tests/fuzz/fuzz.h"

using namespace coracle;
using namespace coracle::apiserver;
using fuzz::expect;

namespace {

/// What a request does to an object on its way in.
void take(const CustomVersion &version, JsonObject object) {
    if (!coerceMetadata(object, version.schema(), nullptr))
        return;
    std::vector<std::string> unknown;
    prune(object, version.schema(), &unknown);
    applyDefaults(object, version.schema());
    const JsonObject once = object;
    prune(object, version.schema());
    applyDefaults(object, version.schema());
    expect(object == once, "pruning and defaulting are idempotent");

    std::vector<StatusCause> causes, unchanged;
    validateValue(object, version.schema(), nullptr, "", causes);
    validateListTypes(object, version.schema(), "", causes);
    validateEmbedded(object, version.schema(), "", causes);
    if (causes.empty())
        version.rules().validate(object, nullptr, causes);
    const boost::json::value old = object;
    validateValue(object, version.schema(), &old, "", unchanged);
    expect(unchanged.empty(), "what has not changed is not held against an update");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const auto [text, object] = fuzz::twoDocuments(fuzz::asText(data, size));
    static const api::ResourceInfo &resource = *api::findKind("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    auto body =
        api::decodeBody(text, {*resource.type, resource.apiVersion, resource.kind}, api::FieldValidation::Ignore);
    if (!body)
        return 0;
    JsonObject &definition = body->object;
    api::applyDefaults(resource, definition);
    structureViolations(definition);
    std::vector<StatusCause> causes;
    validateDefinition(definition, causes);
    if (!causes.empty())
        return 0;
    validateDefinitionUpdate(definition, definition, causes);
    expect(causes.empty(), "a valid definition may be stored again");
    const auto value = api::parseJson(object);
    for (const JsonValue &version : arrayAt(definition, "spec", "versions")) {
        const auto compiled =
            CustomVersion::create(definition, asObject(version), objectAt(definition, "spec", "names"), nullptr);
        expect(compiled.has_value(), "a valid definition can be compiled");
        if (value && value->is_object())
            take(**compiled, value->get_object());
    }
    return 0;
}
