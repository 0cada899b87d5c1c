#include "clusterd/apiserver/apiextensions/definition_strategy.h"

#include "clusterd/apiserver/apiextensions/conditions.h"
#include "clusterd/apiserver/apiextensions/definition_validation.h"
#include "clusterd/apiserver/registry/metadata.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

std::string_view storageVersion(const JsonObject &definition) {
    for (const JsonValue &version : arrayAt(definition, "spec", "versions"))
        if (flagAt(asObject(version), "storage"))
            return textAt(asObject(version), "name");
    return {};
}

/// Whatever was a storage version once may still be in the datastore.
void noteStorageVersion(JsonObject &definition) {
    JsonArray &stored = ensureArray(ensureObject(definition, "status"), "storedVersions");
    const std::string_view name = storageVersion(definition);
    const bool known = std::ranges::any_of(stored, [&](const JsonValue &one) { return asText(one) == name; });
    if (!known && !name.empty())
        stored.emplace_back(name);
}

void clearStatus(JsonObject &definition) {
    definition["status"] = JsonObject{{"conditions", nullptr},
                                      {"acceptedNames", JsonObject{{"plural", ""}, {"kind", ""}}},
                                      {"storedVersions", JsonArray()}};
}

} // namespace

void DefinitionStrategy::prepareForCreate(const StrategyContext &, JsonObject &object) const {
    clearStatus(object);
    noteStorageVersion(object);
}

void DefinitionStrategy::prepareForUpdate(const StrategyContext &context, JsonObject &object,
                                          const JsonObject &old) const {
    Strategy::prepareForUpdate(context, object, old);
    if (context.subresource.empty())
        noteStorageVersion(object);
}

void DefinitionStrategy::prepareForDelete(const StrategyContext &, JsonObject &object) const {
    if (!metaString(object, "deletionTimestamp").empty())
        return;
    std::vector<std::string> finalizers = finalizersOf(object);
    if (std::ranges::find(finalizers, kCleanupFinalizer) == finalizers.end()) {
        finalizers.emplace_back(kCleanupFinalizer);
        setFinalizers(object, finalizers);
    }
    setCondition(object,
                 {"Terminating", "True", "InstanceDeletionPending",
                  "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"},
                 m_clock.now());
}

void DefinitionStrategy::validate(const StrategyContext &, const JsonObject &object,
                                  std::vector<StatusCause> &causes) const {
    validateDefinition(object, causes);
}

void DefinitionStrategy::validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                                        std::vector<StatusCause> &causes) const {
    if (context.subresource == "status")
        validateDefinitionStatus(object, causes);
    else
        validateDefinitionUpdate(object, old, causes);
}

} // namespace coracle::apiserver
