#include "clusterd/apiserver/conversion/shapes.h"
#include "clusterd/apiserver/json_access.h"

namespace coracle::apiserver {

namespace {

JsonObject *objectIn(JsonObject &object, std::string_view name) {
    JsonValue *value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

/// Calls change for the objects of the list at spec.devices.requests, or the like.
template<class Change>
void eachIn(JsonObject &owner, std::string_view list, Change change) {
    JsonValue *value = owner.if_contains(list);
    if (value && value->is_array())
        for (JsonValue &item : value->get_array())
            if (item.is_object())
                change(item.get_object());
}

template<class Change>
void eachRequest(JsonObject *spec, Change change) {
    JsonObject *devices = spec ? objectIn(*spec, "devices") : nullptr;
    if (devices)
        eachIn(*devices, "requests", change);
}

/// Moves all members but the named ones into a member of their own.
void nest(JsonObject &object, std::string_view into, std::initializer_list<std::string_view> kept) {
    JsonObject outer, inner;
    for (auto &[name, value] : object) {
        bool stays = false;
        for (const std::string_view one : kept)
            stays = stays || one == name;
        (stays ? outer : inner)[name] = std::move(value);
    }
    if (!inner.empty())
        outer[into] = std::move(inner);
    object = std::move(outer);
}

void flatten(JsonObject &object, std::string_view from) {
    JsonValue *nested = object.if_contains(from);
    if (!nested || !nested->is_object())
        return;
    const JsonObject inner = std::move(nested->get_object());
    object.erase(from);
    for (const auto &[name, value] : inner)
        object[name] = value;
}

void requestFromBeta1(JsonObject &request) {
    // A request of alternatives has no class of its own; v1beta1 writes it empty.
    if (!arrayAt(request, "firstAvailable").empty() && textAt(request, "deviceClassName").empty())
        request.erase("deviceClassName");
    nest(request, "exactly", {"name", "firstAvailable"});
}

void requestToBeta1(JsonObject &request) {
    flatten(request, "exactly");
}

JsonObject *templateSpec(JsonObject &claimTemplate) {
    JsonObject *spec = objectIn(claimTemplate, "spec");
    return spec ? objectIn(*spec, "spec") : nullptr;
}

template<class Change>
void eachDevice(JsonObject &slice, Change change) {
    if (JsonObject *spec = objectIn(slice, "spec"))
        eachIn(*spec, "devices", change);
}

} // namespace

void claimFromBeta1(JsonObject &claim) {
    eachRequest(objectIn(claim, "spec"), requestFromBeta1);
}

void claimToBeta1(JsonObject &claim) {
    eachRequest(objectIn(claim, "spec"), requestToBeta1);
}

void claimTemplateFromBeta1(JsonObject &claimTemplate) {
    eachRequest(templateSpec(claimTemplate), requestFromBeta1);
}

void claimTemplateToBeta1(JsonObject &claimTemplate) {
    eachRequest(templateSpec(claimTemplate), requestToBeta1);
}

void sliceFromBeta1(JsonObject &slice) {
    eachDevice(slice, [](JsonObject &device) { flatten(device, "basic"); });
}

void sliceToBeta1(JsonObject &slice) {
    eachDevice(slice, [](JsonObject &device) {
        nest(device, "basic", {"name"});
        ensureObject(device, "basic");
    });
}

} // namespace coracle::apiserver
