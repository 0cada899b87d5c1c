#pragma once

#include "core/api/object.h"
#include "core/api/ptr.h"
#include "core/api/quantity.h"
#include "core/api/time.h"
#include "core/api/types/meta_v1.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A HorizontalPodAutoscaler (autoscaling/v2) in the form that its arithmetic works with: the five kinds of metrics are
/// one flat struct. The API server has filled in the defaults.
namespace coracle::controllers::podautoscaler {

struct ObjectRef {
    std::string apiVersion, kind, name;

    friend bool operator==(const ObjectRef &, const ObjectRef &) = default;
};

enum class MetricType : uint8_t { Resource, ContainerResource, Pods, Object, External, Unknown };
enum class TargetType : uint8_t { Utilization, Value, AverageValue };

/// What is measured.
struct MetricId {
    MetricType type = MetricType::Unknown;
    std::string name;      ///< of the resource or the metric
    std::string container; ///< ContainerResource
    ObjectRef described;   ///< Object
    api::Ptr<metav1::LabelSelector> selector;

    friend bool operator==(const MetricId &, const MetricId &) = default;
};

struct MetricSpec {
    MetricId id;
    TargetType target = TargetType::Utilization;
    std::optional<api::Quantity> value, averageValue;
    std::optional<int32_t> averageUtilization;

    friend bool operator==(const MetricSpec &, const MetricSpec &) = default;
};

struct ScalingPolicy {
    enum class Type : uint8_t { Pods, Percent };
    Type type = Type::Pods;
    int32_t value = 0;
    int32_t periodSeconds = 0;

    friend bool operator==(const ScalingPolicy &, const ScalingPolicy &) = default;
};

struct ScalingRules {
    enum class Select : uint8_t { Max, Min, Disabled };
    Select select = Select::Max;
    std::vector<ScalingPolicy> policies;
    std::optional<int32_t> stabilizationWindowSeconds; ///< absent: the controller's own
    std::optional<double> tolerance;                   ///< absent: the controller's own

    friend bool operator==(const ScalingRules &, const ScalingRules &) = default;
};

struct Behavior {
    ScalingRules up, down;

    friend bool operator==(const Behavior &, const Behavior &) = default;
};

struct AutoscalerSpec {
    ObjectRef target;
    int32_t minReplicas = 1;
    int32_t maxReplicas = 1;
    std::vector<MetricSpec> metrics;
    std::optional<Behavior> behavior;

    friend bool operator==(const AutoscalerSpec &, const AutoscalerSpec &) = default;
};

struct MetricValue {
    std::optional<api::Quantity> value, averageValue;
    std::optional<int32_t> averageUtilization;

    friend bool operator==(const MetricValue &, const MetricValue &) = default;
};

struct MetricStatus {
    MetricId id;
    MetricValue current;

    friend bool operator==(const MetricStatus &, const MetricStatus &) = default;
};

struct Condition {
    std::string type, status, reason, message;
    api::Time lastTransitionTime{};

    friend bool operator==(const Condition &, const Condition &) = default;
};

inline constexpr std::string_view kAbleToScale = "AbleToScale";
inline constexpr std::string_view kScalingActive = "ScalingActive";
inline constexpr std::string_view kScalingLimited = "ScalingLimited";

struct AutoscalerStatus {
    int64_t observedGeneration = 0;
    api::Time lastScaleTime;
    int32_t currentReplicas = 0;
    int32_t desiredReplicas = 0;
    std::vector<MetricStatus> currentMetrics;
    std::vector<Condition> conditions;

    /// Adds or replaces; an equal status keeps its transition time.
    void set(std::string_view type, bool status, std::string_view reason, std::string message, WallTime now);

    friend bool operator==(const AutoscalerStatus &, const AutoscalerStatus &) = default;
};

Result<AutoscalerSpec> readSpec(const api::Object &autoscaler);
Result<AutoscalerStatus> readStatus(const api::Object &autoscaler);
/// The whole object with another status, as JSON.
Result<std::string> withStatus(const api::Object &autoscaler, const AutoscalerStatus &status);

/// "Resource" and the member that holds the metric's details, "resource".
struct MetricTypeName {
    MetricType type;
    std::string_view name, member;
};
const MetricTypeName &nameOf(MetricType type);
MetricType metricTypeOf(std::string_view name);

} // namespace coracle::controllers::podautoscaler
