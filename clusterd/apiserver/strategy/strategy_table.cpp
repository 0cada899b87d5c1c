#include "clusterd/apiserver/strategy/service_ip_allocator.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include "clusterd/apiserver/conversion/convert.h"
#include "clusterd/apiserver/strategy/converting_strategy.h"

namespace coracle::apiserver {

const Strategy *StrategyMap::find(std::string_view group, std::string_view resource) const {
    const auto found = m_strategies.find(Key(group, resource));
    return found == m_strategies.end() ? nullptr : found->second.get();
}

void RuleStrategy::validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const {
    Checker check(causes);
    if (m_validate)
        m_validate(check, object);
}

void RuleStrategy::validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                                  std::vector<StatusCause> &causes) const {
    Checker check(causes);
    if (context.subresource.empty()) {
        if (m_validate)
            m_validate(check, object);
        if (m_update)
            m_update(check, object, old);
    } else if (context.subresource == "status" && m_options.status) {
        m_options.status(check, object, old);
    }
}

void RuleStrategy::warnings(const StrategyContext &context, const JsonObject &object, const JsonObject *old,
                            std::vector<std::string> &warnings) const {
    if (m_options.warn && context.subresource.empty())
        m_options.warn(warnings, object, old);
}

namespace {

class Table final : public StrategyTable {
public:
    Table(const Reader &reader, Clock &clock, Random &random, const ServiceNetworks &networks)
        : m_ips(reader, random, networks) {
        addPodStrategies(m_map);
        addServiceStrategies(m_map, m_ips, reader, random, networks);
        addWorkloadStrategies(m_map);
        addBatchStrategies(m_map);
        addConfigStrategies(m_map);
        addClusterStrategies(m_map);
        addQuotaStrategies(m_map, random);
        addStorageStrategies(m_map, clock);
        addStorageClassStrategies(m_map);
        addAutoscalingStrategies(m_map);
        addAdmissionRegistrationStrategies(m_map);
        addApiServiceStrategies(m_map);
        addFlowControlStrategies(m_map);
        addResourceClaimStrategies(m_map);
        addResourceSliceStrategies(m_map);
        addNetworkingStrategies(m_map);
        addEndpointSliceStrategies(m_map);
        addRbacStrategies(m_map);
        addPolicyStrategies(m_map);
        addCertificateStrategies(m_map);
        for (const auto resources : {api::builtinResources(), api::optionalResources()})
            for (const api::ResourceInfo &resource : resources)
                if (!sameShape(resource, storageResource(resource)))
                    m_converting[&resource] = makeConvertingStrategy(strategyOf(resource), resource);
    }

    const Strategy &strategyFor(const api::ResourceInfo &resource) const override {
        if (const auto converting = m_converting.find(&resource); converting != m_converting.end())
            return *converting->second;
        return strategyOf(resource);
    }

    void connect(client::Client &client) override { m_ips.connect(client); }

private:
    const Strategy &strategyOf(const api::ResourceInfo &resource) const {
        const Strategy *strategy = m_map.find(resource.group, resource.resource);
        return strategy ? *strategy : m_default;
    }

    ServiceIpAllocator m_ips;
    StrategyMap m_map;
    Strategy m_default;
    std::map<const api::ResourceInfo *, std::unique_ptr<Strategy>> m_converting;
};

} // namespace

std::unique_ptr<StrategyTable> makeStrategyTable(const Reader &reader, Clock &clock, Random &random,
                                                 ServiceNetworks networks) {
    return std::make_unique<Table>(reader, clock, random, networks);
}

} // namespace coracle::apiserver
