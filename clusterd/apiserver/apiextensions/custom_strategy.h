#pragma once

#include "clusterd/apiserver/strategy/strategy.h"

namespace coracle::apiserver {

class CustomKind;

/// The objects of a custom kind (apiextensions-apiserver pkg/registry/customresource).
class CustomStrategy final : public Strategy {
public:
    explicit CustomStrategy(const CustomKind &kind) : m_kind(kind) {}

    void prepareForCreate(const StrategyContext &context, boost::json::object &object) const override;
    void prepareForUpdate(const StrategyContext &context, boost::json::object &object,
                          const boost::json::object &old) const override;
    void validate(const StrategyContext &context, const boost::json::object &object,
                  std::vector<StatusCause> &causes) const override;
    /// What did not change is not held against an update.
    void validateUpdate(const StrategyContext &context, const boost::json::object &object,
                        const boost::json::object &old, std::vector<StatusCause> &causes) const override;
    bool allowUnconditionalUpdate() const override { return false; }

private:
    const CustomKind &m_kind;
};

} // namespace coracle::apiserver
