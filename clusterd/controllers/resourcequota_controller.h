#pragma once

#include "clusterd/controllers/custom_informers.h"
#include "clusterd/controllers/runtime.h"

#include <map>
#include <set>

namespace coracle::controllers {

/// Counts what ResourceQuotas have given out. Admission charges a quota when an object is made; this controller gives
/// back what is gone, and counts anew when a quota changes and every few minutes.
///
/// A count must not miss an object that was charged but is not written yet. So a quota is looked at twice, some time
/// apart, and counted only when it was not charged in between; the write fails when it was charged since.
///
/// Custom resources that a quota names are followed while their definition is there. Without a definition there are
/// none, and nothing is charged for them.
///
/// Reads: ResourceQuotas, CustomResourceDefinitions, and the resources that quotas count. Writes: ResourceQuotas'
/// status.
class ResourceQuotaController final : public Controller {
public:
    explicit ResourceQuotaController(const ControllerContext &context);
    int workers() const override { return 2; }
    Task<Result<>> reconcile(std::string key) override;

private:
    struct Look {
        int64_t revision = 0;
        SteadyTime time;
    };
    void quotaChanged(const ObjectPtr &before, const ObjectPtr &after);
    /// Follows the built-in resources that the quota counts, from now on.
    void follow(const ObjectPtr &quota);
    /// Follows the custom resources that any quota counts, as they are served now.
    void followCustom();
    /// The custom resource that a quota counts by this name; null when none is served.
    api::ResourcePtr customResource(std::string_view name);
    bool hasDefinition(std::string_view name) const;
    void objectChanged(const ResourceInfo &resource, const ObjectPtr &before, const ObjectPtr &after);
    /// Whether the quota may be counted now; else its key comes again.
    bool isQuiet(const ObjectPtr &quota);
    Task<Result<>> count(ObjectPtr quota);
    Task<> resync();

    client::Informer &m_quotas, &m_definitions;
    CustomInformers m_custom;
    std::set<const ResourceInfo *> m_followed;
    std::map<std::string, Look, std::less<>> m_looks; ///< by key
    bool m_resyncing = false;
};

} // namespace coracle::controllers
