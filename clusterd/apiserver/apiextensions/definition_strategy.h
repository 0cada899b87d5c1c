#pragma once

#include "clusterd/apiserver/strategy/strategy.h"
#include "core/base/clock.h"

namespace coracle::apiserver {

inline constexpr std::string_view kCleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/// CustomResourceDefinitions (apiextensions-apiserver pkg/registry/customresourcedefinition).
class DefinitionStrategy final : public Strategy {
public:
    explicit DefinitionStrategy(Clock &clock) : m_clock(clock) {}

    void prepareForCreate(const StrategyContext &, boost::json::object &object) const override;
    void prepareForUpdate(const StrategyContext &context, boost::json::object &object,
                          const boost::json::object &old) const override;
    /// The custom resources go first.
    void prepareForDelete(const StrategyContext &, boost::json::object &object) const override;
    void validate(const StrategyContext &, const boost::json::object &object,
                  std::vector<StatusCause> &causes) const override;
    void validateUpdate(const StrategyContext &context, const boost::json::object &object,
                        const boost::json::object &old, std::vector<StatusCause> &causes) const override;
    bool allowUnconditionalUpdate() const override { return false; }

private:
    Clock &m_clock;
};

} // namespace coracle::apiserver
