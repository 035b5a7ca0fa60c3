#pragma once

#include "settings.h"

void serve_stream(const struct settings *settings);
void drive_stream(const struct settings *settings);
void serve_ping(const struct settings *settings);
void drive_ping(const struct settings *settings);
void serve_associations(const struct settings *settings);
void drive_associations(const struct settings *settings);
void serve_idle(const struct settings *settings);
void drive_idle(const struct settings *settings);
