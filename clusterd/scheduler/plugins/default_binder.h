#pragma once

#include "clusterd/scheduler/framework.h"
#include "core/client/client.h"

namespace coracle::scheduler {

/// Tells the API server which node a pod has (pods/binding).
class DefaultBinder final : public BindPlugin {
public:
    explicit DefaultBinder(const PluginContext &context) : m_client(context.client) {}
    std::string_view name() const override { return "DefaultBinder"; }
    Task<Result<>> bind(PodInfoPtr pod, std::string node) override;

private:
    client::Client &m_client;
};

} // namespace coracle::scheduler
