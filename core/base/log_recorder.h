#pragma once

#include "core/base/log.h"

namespace coracle::log {

/// Gets every line of the log besides standard error, for showing it to people who are not at the machine.
class Recorder {
public:
    virtual ~Recorder() = default;
    /// Called on any thread, and must neither wait nor write to the log.
    virtual void record(Level level, std::string_view component, std::string_view message) = 0;
};

/// From now on; null: none any more. One that was replaced may still be called by a thread that is writing, so a
/// recorder lives as long as the process.
void setRecorder(Recorder *recorder);

} // namespace coracle::log
