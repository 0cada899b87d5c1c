#include "core/api/scale_managers.h"

namespace coracle::api {

namespace {

constexpr std::string_view kScaleVersion = "autoscaling/v1";

FieldSet setOf(const std::vector<PathElement> &path) {
    FieldSet set;
    set.insert(path);
    return set;
}

const FieldSet &scaleReplicas() {
    static const FieldSet set = setOf({{PathElement::Kind::Field, "spec"}, {PathElement::Kind::Field, "replicas"}});
    return set;
}

bool holds(const FieldSet &fields, const FieldSet &one) {
    return !FieldSet::intersect(fields, one).empty();
}

} // namespace

FieldManagers scaleManagers(const FieldManagers &parent, const ReplicasPath &path) {
    FieldManagers result;
    for (const auto &[manager, owned] : parent) {
        const std::vector<PathElement> *replicas = path(manager.apiVersion);
        if (!replicas || !holds(owned.fields, setOf(*replicas)))
            continue;
        FieldManager own = manager;
        own.apiVersion = kScaleVersion;
        result[own] = {scaleReplicas(), owned.time};
    }
    return result;
}

FieldManagers parentManagers(const FieldManagers &parent, const FieldManagers &scale, const ReplicasPath &path,
                             const std::string &apiVersion) {
    FieldManagers result;
    FieldManagers left = scale;
    for (const auto &[manager, owned] : parent) {
        const std::vector<PathElement> *replicas = path(manager.apiVersion);
        if (!replicas)
            continue;
        FieldManager own = manager;
        own.apiVersion = kScaleVersion;
        const FieldSet one = setOf(*replicas);
        const bool kept = left.erase(own) > 0;
        FieldSet fields = kept ? owned.fields : FieldSet::subtract(owned.fields, one);
        if (!fields.empty())
            result[manager] = {std::move(fields), owned.time};
    }
    const std::vector<PathElement> *replicas = path(apiVersion);
    for (const auto &[manager, owned] : left) {
        if (!replicas || !holds(owned.fields, scaleReplicas()))
            continue;
        FieldManager own = manager;
        own.apiVersion = apiVersion;
        OwnedFields &entry = result[own];
        entry.fields = FieldSet::unite(std::move(entry.fields), setOf(*replicas));
    }
    return result;
}

} // namespace coracle::api
