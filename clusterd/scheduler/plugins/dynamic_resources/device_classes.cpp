#include "clusterd/scheduler/plugins/dynamic_resources/device_classes.h"

#include "core/api/typed.h"

namespace coracle::scheduler {

namespace {

constexpr std::string_view kPrefix = resourcev1::kResourceDeviceClassPrefix;

bool goesBefore(const resourcev1::DeviceClass &a, const resourcev1::DeviceClass &b) {
    const auto &madeA = a.metadata.creationTimestamp, &madeB = b.metadata.creationTimestamp;
    return madeA == madeB ? a.metadata.name < b.metadata.name : madeB < madeA;
}

} // namespace

Result<> DeviceClasses::set(const api::Object &object) {
    TRY(auto decoded, api::decode<resourcev1::DeviceClass>(object));
    remove(object.name());
    const auto &deviceClass = m_classes.insert_or_assign(std::string(object.name()), std::move(decoded)).first->second;
    if (const auto &resource = deviceClass.spec.extendedResourceName) {
        const auto [at, fresh] = m_named.try_emplace(*resource, deviceClass.metadata.name);
        if (!fresh && goesBefore(deviceClass, m_classes.at(at->second)))
            at->second = deviceClass.metadata.name;
    }
    return {};
}

void DeviceClasses::remove(std::string_view name) {
    const auto known = m_classes.find(std::string(name));
    if (known == m_classes.end())
        return;
    const auto resource = known->second.spec.extendedResourceName;
    m_classes.erase(known);
    if (!resource)
        return;
    m_named.erase(*resource);
    const resourcev1::DeviceClass *next = nullptr;
    for (const auto &[other, deviceClass] : m_classes)
        if (deviceClass.spec.extendedResourceName == resource && (!next || goesBefore(deviceClass, *next)))
            next = &deviceClass;
    if (next)
        m_named.emplace(*resource, next->metadata.name);
}

const resourcev1::DeviceClass *DeviceClasses::find(const std::string &name) const {
    const auto found = m_classes.find(name);
    return found == m_classes.end() ? nullptr : &found->second;
}

const resourcev1::DeviceClass *DeviceClasses::forResource(std::string_view resource) const {
    if (resource.starts_with(kPrefix))
        return find(std::string(resource.substr(kPrefix.size())));
    const auto named = m_named.find(resource);
    return named == m_named.end() ? nullptr : find(named->second);
}

bool DeviceClasses::serves(const resourcev1::DeviceClass &deviceClass, std::string_view resource) {
    return deviceClass.spec.extendedResourceName == resource ||
           (resource.starts_with(kPrefix) && resource.substr(kPrefix.size()) == deviceClass.metadata.name);
}

} // namespace coracle::scheduler
