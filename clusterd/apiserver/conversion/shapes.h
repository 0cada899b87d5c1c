#pragma once

#include <boost/json/fwd.hpp>

/// One function for each change of shape.
namespace coracle::apiserver {

void coreEventToEvents(boost::json::object &event);
void eventsEventToCore(boost::json::object &event);

/// autoscaling: v1 knows the processor's utilization only and keeps everything else of v2 in annotations.
void autoscalerV1ToV2(boost::json::object &autoscaler);
void autoscalerV2ToV1(boost::json::object &autoscaler);

/// resource.k8s.io/v1beta1 has the members of a device request in the request itself, and those of a device one level
/// deeper.
void claimFromBeta1(boost::json::object &claim);
void claimToBeta1(boost::json::object &claim);
void claimTemplateFromBeta1(boost::json::object &claimTemplate);
void claimTemplateToBeta1(boost::json::object &claimTemplate);
void sliceFromBeta1(boost::json::object &slice);
void sliceToBeta1(boost::json::object &slice);

} // namespace coracle::apiserver
