import { existsSync, readdirSync } from 'node:fs';

/** Chromium's software implementation of Vulkan, for machines without a graphics processor. */
const software = '/usr/lib/chromium/vk_swiftshader_icd.json';

const drivers = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d'];

/** Lets the native runtime find an adapter where no driver is installed. */
export function useSoftwareVulkan(): void {
  const installed = drivers.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (!installed && existsSync(software)) process.env.VK_ICD_FILENAMES ??= software;
}
