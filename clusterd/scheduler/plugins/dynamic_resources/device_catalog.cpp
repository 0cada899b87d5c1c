#include "clusterd/scheduler/plugins/dynamic_resources/device_catalog.h"

#include "clusterd/scheduler/informers.h"
#include "core/api/typed.h"
#include "core/base/log.h"

namespace coracle::scheduler {

namespace {

void complain(const api::Object &object, const Status &status) {
    log::warning("scheduler", "{} {} cannot be read: {}", object.kind(), object.key(), status.message);
}

} // namespace

DeviceCatalog::DeviceCatalog(Informers &informers, const Executor &executor) : claimChanged(executor) {
    informers.get<resourcev1::ResourceClaim>().addHandler([this](const auto &before, const auto &after) {
        if (!after)
            ledger.remove(*before);
        else if (auto set = ledger.set(*after); !set)
            complain(*after, set.error());
        claimChanged.notifyAll();
    });
    informers.get<resourcev1::ResourceSlice>().addHandler([this](const auto &before, const auto &after) {
        if (!after)
            m_pools.remove(before->name());
        else if (auto set = m_pools.set(*after); !set)
            complain(*after, set.error());
    });
    informers.get<resourcev1::DeviceClass>().addHandler([this](const auto &before, const auto &after) {
        if (!after)
            classes.remove(before->name());
        else if (auto set = classes.set(*after); !set)
            complain(*after, set.error());
    });
}

Result<std::optional<DeviceAllocation>>
DeviceCatalog::allocate(const std::vector<const resourcev1::ResourceClaim *> &claims, const api::Object &node,
                        Random &random) {
    const DeviceAllocationInput input{.pools = m_pools,
                                      .allocated = ledger.allocated(),
                                      .findClass = [this](const std::string &name) { return classes.find(name); },
                                      .selectors = m_selectors,
                                      .random = random};
    return allocateDevices(input, claims, node);
}

} // namespace coracle::scheduler
