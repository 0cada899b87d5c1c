#include "clusterd/apiserver/strategy/strategies.h"

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
    if (!context.subresource.empty())
        return;
    Checker check(causes);
    if (m_validate)
        m_validate(check, object);
    if (m_update)
        m_update(check, object, old);
}

namespace {

class Table final : public StrategyTable {
public:
    Table(const Reader &reader, Clock &clock, Random &random, const ServiceNetworks &networks) {
        addPodStrategies(m_map);
        addServiceStrategies(m_map, reader, random, networks);
        addWorkloadStrategies(m_map);
        addBatchStrategies(m_map);
        addConfigStrategies(m_map);
        addClusterStrategies(m_map, random);
        addStorageStrategies(m_map, clock);
        addNetworkingStrategies(m_map);
        addRbacStrategies(m_map);
        addPolicyStrategies(m_map);
        addCertificateStrategies(m_map);
    }

    const Strategy &strategyFor(const api::ResourceInfo &resource) const override {
        const Strategy *strategy = m_map.find(resource.group, resource.resource);
        return strategy ? *strategy : m_default;
    }

private:
    StrategyMap m_map;
    Strategy m_default;
};

} // namespace

std::unique_ptr<StrategyTable> makeStrategyTable(const Reader &reader, Clock &clock, Random &random,
                                                 ServiceNetworks networks) {
    return std::make_unique<Table>(reader, clock, random, networks);
}

} // namespace coracle::apiserver
