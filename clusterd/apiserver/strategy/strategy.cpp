#include "clusterd/apiserver/strategy/strategy.h"

#include "clusterd/apiserver/json_access.h"

namespace coracle::apiserver {

namespace {

/// Whether a kind has a status that only its status sub-resource changes.
bool splitsStatus(const api::ResourceInfo &resource) {
    return resource.hasSubresource("status");
}

} // namespace

void Strategy::prepareForCreate(const StrategyContext &context, JsonObject &object) const {
    if (!splitsStatus(context.resource))
        return;
    const api::FieldInfo *status = context.resource.type ? context.resource.type->field("status") : nullptr;
    if (status && !status->pointer)
        object["status"].emplace_object(); // a struct by value is always written
    else
        object.erase("status");
}

void Strategy::prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const {
    if (!splitsStatus(context.resource))
        return;
    if (context.subresource != "status") {
        copyMember(object, old, "status");
        return;
    }
    JsonObject updated = old;
    copyMember(updated, object, "metadata");
    copyMember(updated, object, "status");
    // A status update is no way to change who owns an object or what it is labelled with.
    JsonObject &metadata = ensureObject(updated, "metadata");
    for (const std::string_view name : {"labels", "ownerReferences", "deletionTimestamp", "deletionGracePeriodSeconds"})
        copyMember(metadata, objectAt(old, "metadata"), name);
    object = std::move(updated);
}

void Strategy::validate(const StrategyContext &, const JsonObject &, std::vector<StatusCause> &) const {}

void Strategy::validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &,
                              std::vector<StatusCause> &causes) const {
    if (context.subresource.empty())
        validate(context, object, causes);
}

void Strategy::warnings(const StrategyContext &, const JsonObject &, const JsonObject *,
                        std::vector<std::string> &) const {}

} // namespace coracle::apiserver
