// The configuration of `dynajob demo`, below --config and flags in precedence.
#ifndef DYNAJOB_CLI_SRC_DEMO_CONFIG_H_
#define DYNAJOB_CLI_SRC_DEMO_CONFIG_H_

namespace dynajob {

extern const char* const kDemoConfig;  // TOML

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_DEMO_CONFIG_H_
