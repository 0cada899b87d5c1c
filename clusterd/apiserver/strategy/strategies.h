#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/strategy.h"
#include "clusterd/apiserver/strategy/validators.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <functional>
#include <map>

namespace coracle::apiserver {

/// The addresses and ports that Services take.
struct ServiceNetworks {
    std::vector<std::string> cidrs{"10.43.0.0/16"}; ///< one, or one of each family; the first is the default family
    int nodePortFirst = 30000;
    int nodePortLast = 32767;
};

/// Makes the strategies of all kinds. The reader, clock and random source must outlive it. Allocators read the Services
/// that exist when the first one is written, so the store must be loaded by then.
std::unique_ptr<StrategyTable> makeStrategyTable(const Reader &reader, Clock &clock, Random &random,
                                                 ServiceNetworks networks);

/// Where each family of kinds puts its strategies, by group and resource.
class StrategyMap {
public:
    using Key = std::pair<std::string, std::string>;

    void add(std::string group, std::string resource, std::unique_ptr<Strategy> strategy) {
        m_strategies[Key(std::move(group), std::move(resource))] = std::move(strategy);
    }
    template<class T, class... Args>
    void make(std::string group, std::string resource, Args &&...args) {
        add(std::move(group), std::move(resource), std::make_unique<T>(std::forward<Args>(args)...));
    }
    const Strategy *find(std::string_view group, std::string_view resource) const;

private:
    std::map<Key, std::unique_ptr<Strategy>> m_strategies;
};

/// A strategy for kinds whose only particulars are rules: one function for the object, one for what an update may not
/// do.
class RuleStrategy : public Strategy {
public:
    using Validate = void (*)(Checker &, const JsonObject &object);
    using ValidateUpdate = void (*)(Checker &, const JsonObject &object, const JsonObject &old);
    using Warn = void (*)(std::vector<std::string> &warnings, const JsonObject &object, const JsonObject *old);
    struct Options {
        bool createOnUpdate = false;
        bool unconditionalUpdate = true;
        ValidateUpdate status = nullptr; ///< what an update of the status may not do
        Warn warn = nullptr;             ///< not asked when a sub-resource is written
    };

    explicit RuleStrategy(Validate validate, ValidateUpdate update = nullptr) : RuleStrategy(validate, update, {}) {}
    RuleStrategy(Validate validate, ValidateUpdate update, Options options)
        : m_validate(validate), m_update(update), m_options(options) {}

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override;
    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override;
    void warnings(const StrategyContext &context, const JsonObject &object, const JsonObject *old,
                  std::vector<std::string> &warnings) const override;
    bool allowCreateOnUpdate() const override { return m_options.createOnUpdate; }
    bool allowUnconditionalUpdate() const override { return m_options.unconditionalUpdate; }

private:
    Validate m_validate;
    ValidateUpdate m_update;
    Options m_options;
};

void addPodStrategies(StrategyMap &map);
class ServiceIpAllocator;
void addServiceStrategies(StrategyMap &map, ServiceIpAllocator &ips, const Reader &reader, Random &random,
                          const ServiceNetworks &networks);
void addWorkloadStrategies(StrategyMap &map);
void addBatchStrategies(StrategyMap &map);
void addConfigStrategies(StrategyMap &map);
void addClusterStrategies(StrategyMap &map);
void addStorageStrategies(StrategyMap &map, Clock &clock);
void addStorageClassStrategies(StrategyMap &map);
void addQuotaStrategies(StrategyMap &map, Random &random);
void addAutoscalingStrategies(StrategyMap &map);
void addAdmissionRegistrationStrategies(StrategyMap &map);
void addApiServiceStrategies(StrategyMap &map);
void addFlowControlStrategies(StrategyMap &map);
void addResourceClaimStrategies(StrategyMap &map);
void addResourceSliceStrategies(StrategyMap &map);
void addNetworkingStrategies(StrategyMap &map);
void addEndpointSliceStrategies(StrategyMap &map);
void addRbacStrategies(StrategyMap &map);
void addPolicyStrategies(StrategyMap &map);
void addCertificateStrategies(StrategyMap &map);

} // namespace coracle::apiserver
