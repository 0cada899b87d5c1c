#include "clusterd/apiserver/apiextensions/custom_strategy.h"

#include "clusterd/apiserver/apiextensions/custom_kind.h"
#include "clusterd/apiserver/apiextensions/value_validation.h"
#include "clusterd/apiserver/registry/metadata.h"

namespace coracle::apiserver {

namespace {

void validateObject(const CustomVersion &version, const JsonObject &object, const JsonObject *old,
                    std::vector<StatusCause> &causes) {
    const size_t before = causes.size();
    const JsonValue value(object);
    const JsonValue oldValue = old ? JsonValue(*old) : JsonValue();
    const StructuralSchema &schema = version.schema();
    validateValue(value, schema, old ? &oldValue : nullptr, "", causes);
    if (schema.hasEmbedded)
        validateEmbedded(value, schema, "", causes);
    if (schema.hasListTypes) {
        std::vector<StatusCause> known; // an object that was wrong before may stay so
        if (old)
            validateListTypes(oldValue, schema, "", known);
        if (known.empty())
            validateListTypes(value, schema, "", causes);
    }
    if (causes.size() == before) // rules may rely on the schema
        version.rules().validate(object, old, causes);
}

bool statusDiffers(const JsonObject &a, const JsonObject &b) {
    return !sameMember(a, b, "status");
}

} // namespace

void CustomStrategy::prepareForCreate(const StrategyContext &context, JsonObject &object) const {
    if (m_kind.versionOf(context.resource).hasStatus())
        object.erase("status");
}

void CustomStrategy::prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const {
    if (context.subresource == "status") {
        JsonObject updated = old;
        copyMember(updated, object, "status");
        copyMember(metadataOf(updated), metadataOf(object), "managedFields");
        object = std::move(updated);
    } else if (m_kind.versionOf(context.resource).hasStatus()) {
        copyMember(object, old, "status");
    } else if (statusDiffers(object, old)) {
        metadataOf(object)["generation"] = generationOf(old) + 1; // the status is no different from other members
    }
}

void CustomStrategy::validate(const StrategyContext &context, const JsonObject &object,
                              std::vector<StatusCause> &causes) const {
    validateObject(m_kind.versionOf(context.resource), object, nullptr, causes);
}

void CustomStrategy::validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                                    std::vector<StatusCause> &causes) const {
    validateObject(m_kind.versionOf(context.resource), object, &old, causes);
}

} // namespace coracle::apiserver
